// workerd: the time of its process for one request, over many of them.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { bundleWorker, startWorkers } from "../../gateway/worker.mjs";

const REQUESTS = 10;
const WORKER = join(import.meta.dirname, "..", "inside", "worker.js");

/** Milliseconds of processor time for each request, one number for each round of ten. */
export async function workerd({ image, sound, config }) {
  const worker = { name: "bench", modules: await bundleWorker(WORKER) };
  const running = await startWorkers([{ ...worker, dataBlobBindings: { image, sound } }]);
  try {
    const get = async (path) => (await fetch(`${running.url}/${encodeURIComponent(path)}`)).text();
    const names = JSON.parse(await get(""));
    const pid = workerdPid();
    const lengths = {};
    for (const name of names) lengths[name] = await get(name);
    const given = new Set(names.filter((name) => name !== "nothing").map((name) => lengths[name]));
    if (given.size !== 1) throw new Error(`the ways give bodies of ${[...given].join(", ")} bytes`);
    const samples = Object.fromEntries(names.map((name) => [name, []]));
    for (let round = -1; round < config.rounds; round++) {
      for (const name of names) {
        const before = cpuMs(pid);
        for (let request = 0; request < REQUESTS; request++) await get(name);
        if (round >= 0) samples[name].push((cpuMs(pid) - before) / REQUESTS);
      }
    }
    return { version: createRequire(import.meta.url)("miniflare/package.json").dependencies.workerd, cpu: samples };
  } finally {
    await running.close();
  }
}

/** The child of this process that is workerd. */
function workerdPid() {
  const stat = (pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, "utf8");
    } catch {
      return ""; // It has ended meanwhile.
    }
  };
  const isOurs = (text) => text.includes("(workerd)") && Number(text.split(") ")[1].split(" ")[1]) === process.pid;
  const pid = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).findLast((name) => isOurs(stat(name)));
  if (pid === undefined) throw new Error("there is no workerd, or no /proc to measure it by");
  return pid;
}

/** Of all threads, by the scheduler's own count, which is finer than the ticks of `stat`. */
function cpuMs(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce((total, thread) => total + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]), 0) / 1e6;
}
