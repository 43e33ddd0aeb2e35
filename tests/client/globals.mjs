// Counts what the package leaves behind: import this before the package.

const { setTimeout: set, clearTimeout: clear } = globalThis;
const timers = new Set();
globalThis.setTimeout = (run, ms, ...rest) => {
  const timer = set((...args) => {
    timers.delete(timer);
    run(...args);
  }, ms, ...rest);
  if (isOurs()) timers.add(timer);
  return timer;
};
globalThis.clearTimeout = (timer) => {
  timers.delete(timer);
  clear(timer);
};

const { addEventListener: add, removeEventListener: remove } = AbortSignal.prototype;
/** @type {Map<AbortSignal, Set<unknown>>} the listeners of the signals that are watched */
const watched = new Map();
AbortSignal.prototype.addEventListener = function (type, listener, ...rest) {
  watched.get(this)?.add(listener);
  return add.call(this, type, listener, ...rest);
};
AbortSignal.prototype.removeEventListener = function (type, listener, ...rest) {
  watched.get(this)?.delete(listener);
  return remove.call(this, type, listener, ...rest);
};

/** Whether the package set this timer. */
function isOurs() {
  return /\/dist\//.test(new Error().stack ?? "");
}

export const openTimers = () => timers.size;
export const openListeners = () => [...watched.values()].reduce((sum, { size }) => sum + size, 0);

/** An abort signal whose listeners are counted. */
export function watchedController() {
  const controller = new AbortController();
  watched.set(controller.signal, new Set());
  return controller;
}
