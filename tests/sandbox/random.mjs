/**
 * @typedef {object} Random
 * @property {() => number} next a number in [0, 1)
 * @property {(min: number, max: number) => number} between
 * @property {(digits: number) => string} digits
 * @property {() => string} uuid
 * @property {(label: string | number) => Random} fork an independent generator, the same for the same seed and label
 */

/** Makes a generator that gives the same numbers for the same seed. @param {number | string} seed @returns {Random} */
export function seededRandom(seed) {
  let state = hash(String(seed));
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const hex = (/** @type {number} */ length) =>
    Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join("");
  return {
    next,
    between: (min, max) => min + next() * (max - min),
    digits: (digits) => Array.from({ length: digits }, (_, at) => Math.floor(next() * (at ? 10 : 9)) + (at ? 0 : 1)).join(""),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    fork: (label) => seededRandom(`${seed}/${label}`),
  };
}

/** FNV-1a. @param {string} text */
function hash(text) {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
