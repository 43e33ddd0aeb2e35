const SAMPLE_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

/**
 * The length of a raw AAC stream, by walking all of its frames (music-metadata estimates it, up to a tenth too short).
 * @param {Uint8Array} bytes
 */
export function adtsSeconds(bytes) {
  let at = id3Length(bytes);
  let samples = 0;
  let rate = 0;
  while (at + 7 <= bytes.length && bytes[at] === 0xff && (bytes[at + 1] & 0xf6) === 0xf0) {
    const length = ((bytes[at + 3] & 3) << 11) | (bytes[at + 4] << 3) | (bytes[at + 5] >> 5);
    if (length < 7) break;
    rate = SAMPLE_RATES[(bytes[at + 2] >> 2) & 15] ?? 0;
    samples += 1024 * ((bytes[at + 6] & 3) + 1);
    at += length;
  }
  return rate ? samples / rate : 0;
}

/** @param {Uint8Array} bytes */
function id3Length(bytes) {
  if (bytes[0] !== 0x49 || bytes[1] !== 0x44 || bytes[2] !== 0x33) return 0;
  return 10 + ((bytes[6] << 21) | (bytes[7] << 14) | (bytes[8] << 7) | bytes[9]);
}
