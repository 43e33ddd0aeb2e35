// workerd: the time of its process for one request, over many of them.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { bundleWorker, startWorkers } from "../../gateway/worker.mjs";
import { cpuMs, workerdPids } from "../process.mjs";

const REQUESTS = 10;
const WORKER = join(import.meta.dirname, "..", "inside", "worker.js");

/** Milliseconds of processor time for each request, one number for each round of ten: of bodies that are ready, and that are sent. */
export async function workerd({ image, sound, config }) {
  const sink = await startSink();
  const worker = { name: "bench", modules: await bundleWorker(WORKER), bindings: { SINK: sink.url } };
  const running = await startWorkers([{ ...worker, dataBlobBindings: { image, sound } }]);
  try {
    const get = async (...path) => (await fetch([running.url, ...path.map(encodeURIComponent)].join("/"))).text();
    const names = JSON.parse(await get(""));
    const ready = await measured(names, config.rounds, (name) => get("ready", name));
    const sent = await measured(names, config.rounds, async (name) => {
      await get("sent", name);
      return sink.lastBytes();
    });
    return { version: createRequire(import.meta.url)("miniflare/package.json").dependencies.workerd, cpu: ready, sent };
  } finally {
    await running.close();
    sink.close();
  }
}

/** Measures each way in turn. `request` gives how long its body was, which has to be the same for all. */
async function measured(names, rounds, request) {
  const [pid] = workerdPids();
  const lengths = {};
  for (const name of names) lengths[name] = String(await request(name));
  const given = new Set(names.filter((name) => name !== "nothing").map((name) => lengths[name]));
  if (given.size !== 1) throw new Error(`the ways give bodies of ${[...given].join(", ")} bytes`);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      const before = cpuMs(pid);
      for (let turn = 0; turn < REQUESTS; turn++) await request(name);
      if (round >= 0) samples[name].push((cpuMs(pid) - before) / REQUESTS);
    }
  }
  return samples;
}

/** Reads each body to its end and answers as the service does. */
async function startSink() {
  let bytes;
  const server = createServer((request, response) => {
    let read = 0;
    request.on("data", (chunk) => (read += chunk.length)).on("end", () => {
      bytes = read;
      response.end(JSON.stringify({ code: 0, message: "SUCCEED", request_id: "r", data: { task_id: "1", task_status: "submitted" } }));
    });
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  return { url: `http://127.0.0.1:${server.address().port}`, lastBytes: () => bytes, close: () => server.close() };
}
