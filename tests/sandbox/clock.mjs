/**
 * @typedef {object} Clock
 * @property {() => number} now Unix milliseconds
 * @property {(run: () => void, delayMs: number) => unknown} setTimeout
 * @property {(handle: any) => void} clearTimeout
 */

/** @type {Clock} */
export const systemClock = {
  now: () => Date.now(),
  setTimeout: (run, delayMs) => setTimeout(run, delayMs),
  clearTimeout: (handle) => clearTimeout(handle),
};

/** Resolves after `delayMs` on the given clock. @param {Clock} clock @param {number} delayMs */
export function sleep(clock, delayMs) {
  return new Promise((resolve) => clock.setTimeout(() => resolve(undefined), delayMs));
}

/**
 * A clock that moves only when told to, for tests.
 * @param {number} startMs
 * @returns {Clock & { advance(ms: number): Promise<void>, pending(): number }}
 */
export function manualClock(startMs = 1_700_000_000_000) {
  let nowMs = startMs;
  let sequence = 0;
  /** @type {Map<number, { atMs: number, run: () => void }>} */
  const timers = new Map();

  const nextDue = (/** @type {number} */ limitMs) =>
    [...timers].filter(([, timer]) => timer.atMs <= limitMs).sort(([a, x], [b, y]) => x.atMs - y.atMs || a - b)[0];

  return {
    now: () => nowMs,
    setTimeout(run, delayMs) {
      timers.set(++sequence, { atMs: nowMs + Math.max(0, delayMs), run });
      return sequence;
    },
    clearTimeout: (handle) => void timers.delete(handle),
    pending: () => timers.size,
    async advance(ms) {
      const untilMs = nowMs + ms;
      for (let due = nextDue(untilMs); due; due = nextDue(untilMs)) {
        timers.delete(due[0]);
        nowMs = due[1].atMs;
        due[1].run();
        await settle();
      }
      nowMs = untilMs;
      await settle();
    },
  };
}

/** Lets promises that are ready run on, so that they can set their next timer. */
async function settle() {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
