/** Per second of the decoded voice. */
export const SAMPLE_RATE = 16_000;

/**
 * How loud the voice is in each frame: 0 is silent, 1 its loudest.
 * @param {Int16Array} samples mono @param {number} frames
 * @returns {Float32Array}
 */
export function loudness(samples, frames) {
  const levels = new Float32Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    const from = Math.floor((frame * samples.length) / frames);
    const to = Math.floor(((frame + 1) * samples.length) / frames);
    levels[frame] = rms(samples, from, to);
  }
  const loudest = levels.reduce((max, level) => Math.max(max, level), 0);
  if (loudest < 0.002) return levels.fill(0);
  return levels.map((level) => Math.min(1, Math.pow(level / loudest, 0.7)));
}

/** Follows the levels at once upwards and slowly downwards, as a mouth and a head do. @param {Float32Array} levels @param {number} release share kept per frame */
export function follow(levels, release) {
  let held = 0;
  return levels.map((level) => (held = Math.max(level, held * release)));
}

/** @param {Int16Array} samples @param {number} from @param {number} to */
function rms(samples, from, to) {
  let sum = 0;
  for (let at = from; at < to; at++) sum += samples[at] * samples[at];
  return Math.sqrt(sum / Math.max(1, to - from)) / 32768;
}
