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

/**
 * The same clock, whose timers can be taken back all at once.
 * @param {Clock} clock
 * @returns {Clock & { sleep(ms: number): Promise<void>, clearAll(reason: Error): void }} `clearAll` ends sleeps with the reason
 */
export function cancellable(clock) {
  /** @type {Map<unknown, (reason: Error) => void>} */
  const running = new Map();
  const start = (/** @type {() => void} */ run, /** @type {number} */ delayMs, /** @type {(reason: Error) => void} */ cancel) => {
    const handle = clock.setTimeout(() => {
      running.delete(handle);
      run();
    }, delayMs);
    running.set(handle, cancel);
    return handle;
  };
  return {
    now: clock.now,
    setTimeout: (run, delayMs) => start(run, delayMs, () => undefined),
    clearTimeout(handle) {
      running.delete(handle);
      clock.clearTimeout(handle);
    },
    sleep: (ms) => new Promise((resolve, reject) => void start(() => resolve(), ms, reject)),
    clearAll(reason) {
      const cancels = [...running];
      running.clear();
      for (const [handle, cancel] of cancels) {
        clock.clearTimeout(handle);
        cancel(reason);
      }
    },
  };
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
