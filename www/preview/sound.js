/** What every browser's encoder takes. */
const SAMPLE_RATE = 48_000;

/** Decoded sounds by their bytes: they are asked for twice, by the checks and by the video. */
const decoded = new WeakMap();

/** @param {Uint8Array} bytes @returns {Promise<AudioBuffer>} */
export function decodeSound(bytes) {
  const known = decoded.get(bytes) ?? new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(bytes.slice().buffer);
  decoded.set(bytes, known);
  return known;
}

/** One channel in whole numbers, as the sandbox measures loudness. */
export function samplesOf(sound) {
  return Int16Array.from(sound.getChannelData(0), (sample) => Math.max(-1, Math.min(1, sample)) * 32_767);
}
