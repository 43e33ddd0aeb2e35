// Which part of a sound is kept. `rules`: its `duration`, and the `least` and the `most` that may be kept, in seconds.

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** With another start. The end comes along where the part would be too short or too long. */
export function withStart({ end }, value, { duration, least, most }) {
  const start = clamp(value, 0, duration - least);
  return { start, end: clamp(end, start + least, Math.min(duration, start + most)) };
}

/** With another end. The start comes along where the part would be too short or too long. */
export function withEnd({ start }, value, { duration, least, most }) {
  const end = clamp(value, least, duration);
  return { start: clamp(start, Math.max(0, end - most), end - least), end };
}

/** The same part of the time, elsewhere. */
export function shifted({ start, end }, seconds, { duration }) {
  const to = clamp(start + seconds, 0, duration - (end - start));
  return { start: to, end: to + (end - start) };
}

/** A sound cannot give more than it has: of a short one all is kept. */
export const rulesFor = ({ durationSeconds: duration }, { audioMinSeconds, audioMaxSeconds }) =>
  ({ duration, least: Math.min(audioMinSeconds, duration), most: Math.min(audioMaxSeconds, duration) });
