// The tasks of a page's main thread as Chromium itself records them. The `longtask` entries of a page begin at 50 ms, and a
// heartbeat in the page sees the work of others, too; a trace says which task took how long.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BUILD } from "../../setup/paths.mjs";

const CATEGORIES = ["toplevel", "disabled-by-default-devtools.timeline", "devtools.timeline", "blink.user_timing"];
const MARK = /^(blobs|bytes|text)-(?:start|end)$/;

/**
 * Traces while `work` runs; gives what it found, and the longest task between each two marks of the page, in milliseconds:
 * by the clock, and by the processor time that it had, which a busy machine does not stretch.
 */
export function longestTasks(browser, page) {
  return async (work) => {
    mkdirSync(join(BUILD, "bench"), { recursive: true });
    const path = join(BUILD, "bench", "trace.json");
    await browser.startTracing(page, { categories: CATEGORIES, path });
    const found = await work();
    await browser.stopTracing();
    return { found, traces: longestBetweenMarks(JSON.parse(readFileSync(path, "utf8")).traceEvents) };
  };
}

function longestBetweenMarks(events) {
  const marks = events.filter(({ name }) => MARK.test(name)).sort((a, b) => a.ts - b.ts);
  const { pid, tid } = marks[0] ?? {};
  const tasks = events.filter((event) => event.name === "RunTask" && event.pid === pid && event.tid === tid);
  const longest = {};
  for (let index = 0; index + 1 < marks.length; index += 2) {
    const [from, to, [, files]] = [marks[index].ts, marks[index + 1].ts, MARK.exec(marks[index].name)];
    const within = tasks.filter(({ ts, dur }) => ts + dur > from && ts < to);
    (longest[files] ??= []).push(Math.max(0, ...within.map(({ dur }) => dur)) / 1000);
    (longest[`${files}, processor time`] ??= []).push(Math.max(0, ...within.map(({ tdur }) => tdur)) / 1000);
  }
  return longest;
}
