const PAD = 61;
const INVALID = 255;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Uint8Array(256).fill(INVALID);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/**
 * Decodes standard, padded Base64 and nothing else.
 * @param {string} text
 * @returns {Uint8Array | string} the bytes, or what is wrong with the text
 */
export function decodeBase64(text) {
  const codes = new TextEncoder().encode(text);
  if (codes.length !== text.length || codes.length % 4 !== 0) return complaint(text);
  const padding = codes.at(-1) !== PAD ? 0 : codes.at(-2) !== PAD ? 1 : 2;
  const bytes = new Uint8Array((codes.length / 4) * 3 - padding);
  const whole = codes.length - (padding ? 4 : 0);
  return decodeGroups(codes, whole, bytes) && decodeLast(codes, padding, bytes) ? bytes : complaint(text);
}

/** @param {string} text that is not Base64 */
function complaint(text) {
  if (text.startsWith("data:")) return "has a data: prefix";
  if (/\s/.test(text)) return "has white space";
  if (/[^A-Za-z0-9+/=]/.test(text)) return "has characters outside of the Base64 alphabet";
  return "has a wrong length or wrong padding";
}

/** @param {Uint8Array} codes @param {number} end @param {Uint8Array} bytes */
function decodeGroups(codes, end, bytes) {
  let seen = 0;
  for (let from = 0, to = 0; from < end; from += 4, to += 3) {
    const a = VALUES[codes[from]];
    const b = VALUES[codes[from + 1]];
    const c = VALUES[codes[from + 2]];
    const d = VALUES[codes[from + 3]];
    seen |= a | b | c | d;
    bytes[to] = (a << 2) | (b >> 4);
    bytes[to + 1] = (b << 4) | (c >> 2);
    bytes[to + 2] = (c << 6) | d;
  }
  return seen < 64;
}

/** The group that ends in padding; its unused bits must be zero. @param {Uint8Array} codes @param {number} padding @param {Uint8Array} bytes */
function decodeLast(codes, padding, bytes) {
  if (!padding) return true;
  const at = codes.length - 4;
  const [a, b, c] = [VALUES[codes[at]], VALUES[codes[at + 1]], padding === 2 ? 0 : VALUES[codes[at + 2]]];
  if ((a | b | c) > 63 || (padding === 2 ? b & 15 : c & 3)) return false;
  const to = bytes.length - (3 - padding);
  bytes[to] = (a << 2) | (b >> 4);
  if (padding === 1) bytes[to + 1] = (b << 4) | (c >> 2);
  return true;
}
