// The package tells what is new of a task, and repeats reads that fail without a word. What became of them the browser tells.

/** No two reads of a page that somebody looks at are farther apart. */
const SILENT_MS = 60_000;
/** Where reads are known to fail, and not just once. */
const FAILING_MS = 6000;

/** By the last part of an address, as a task's id is: when an answer came last, and whether requests have failed since. */
const reads = new Map();

new PerformanceObserver((list) => {
  for (const { initiatorType, name, responseStatus } of list.getEntries()) {
    if (initiatorType !== "fetch") continue;
    const id = name.split(/[?#]/, 1)[0].split("/").at(-1);
    // A browser that does not tell the status tells of no request that failed.
    const hasFailed = responseStatus === 0 || responseStatus >= 500;
    reads.set(id, hasFailed ? { ...reads.get(id), hasFailed } : { answeredAt: performance.now(), hasFailed });
  }
}).observe({ type: "resource" });

/** Whether the service gives no answer about a task at the moment, of which something was new at `movedAt`. */
export function isSilent({ taskId, movedAt }) {
  const { answeredAt = 0, hasFailed = false } = reads.get(encodeURIComponent(taskId)) ?? {};
  return performance.now() - Math.max(answeredAt, movedAt) > (hasFailed ? FAILING_MS : SILENT_MS);
}
