// What is made of samples.

export function median(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const least = (samples) => Math.min(...samples);
export const most = (samples) => Math.max(...samples);

/** Two significant digits after the point below ten, one below a hundred. */
export function rounded(value) {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return Number(value.toFixed(digits));
}

/** Of the ways of a place: ours, the best written by hand from the same kind of files, and reading alone. */
export function compared(body, ours = "kling-avatar") {
  const isBytes = (name) => name.endsWith(", bytes");
  const isSameKind = (name) => isBytes(name) === isBytes(ours);
  const byHand = Object.keys(body).filter((name) => !name.startsWith("kling-avatar") && !name.startsWith("reading") && isSameKind(name));
  const best = byHand.sort((a, b) => median(body[a]) - median(body[b]))[0];
  const readings = Object.keys(body).filter((name) => name.startsWith("reading")).map((name) => median(body[name]));
  const oursMs = median(body[ours]);
  const readingMs = readings.length > 0 ? Math.min(...readings) : undefined;
  return { best, bestMs: median(body[best]), oursMs, readingMs, times: median(body[best]) / oursMs, ofReading: readingMs && oursMs / readingMs };
}
