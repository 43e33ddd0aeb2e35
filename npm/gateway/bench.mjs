// `npm run bench:gateway`: maximum-size creates through the gateway in workerd, beside a Worker that only passes the body
// through and one written by hand. Time of the workerd process per request, its peak memory and that of the isolate, and the
// ledger against the answers.
import { createServer } from "node:http";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { build } from "../build/package.mjs";
import { median } from "../bench/numbers.mjs";
import { cpuMs, memoryMb, workerdPids } from "../bench/process.mjs";
import { ROOT } from "../setup/paths.mjs";
import { command, say } from "../setup/report.mjs";
import { heapPeak } from "./bench/inspector.mjs";
import { largestImage, largestSound } from "./bench/media.mjs";
import { bundleWorker, startWorkers } from "./worker.mjs";

const KEY = "sk-sandbox-bench";
const SECRET = "k3J8vQ2mZr7LxW0pT5nYc9BdFhGsAaEe";
const ORIGIN = "https://shop.example";
/** The gateway, by where its ledger is. Objects without a disk show the gateway's own work: a disk is the platform's. */
const [PLAIN, MEMORY, OBJECTS, DISK] = ["pass-through", "gateway, ledger in memory", "gateway, Durable Objects", "gateway, Durable Objects on this disk"];
const BY_HAND = "by hand";
const WARM_UP = 40;
const MEMORY_RUNS = 4;
/** Each of the first four has its turn in each, so that a moment in which the machine is slower weighs on all of them. */
const ROUNDS = 15;
const QUIET = { handleRuntimeStdio: (...streams) => streams.forEach((stream) => stream.resume()) };

await command(async () => {
  const known = { count: { type: "string" }, parallel: { type: "string" }, faults: { type: "string" } };
  const { values } = parseArgs({ options: known });
  const [count, parallel, faults] = [Number(values.count ?? 120), Number(values.parallel ?? 4), Number(values.faults ?? 200)];
  await build();
  const form = await formBody();
  if (count > 0) await beside(form, count, parallel);
  if (faults > 0) await underFaults(form, faults);
});

async function beside(form, count, parallel) {
  const service = await startService();
  const load = { count: Math.ceil(count / ROUNDS), parallel };
  const runs = [];
  // What is written by hand comes last and alone: what it leaves in the caches makes who comes next dearer.
  for (const group of [[PLAIN, MEMORY, OBJECTS, DISK], [BY_HAND]]) {
    const begun = [];
    for (const kind of group) begun.push(await begin(kind, await workerOf(kind, service.url), [...runs, ...begun], form, parallel));
    for (let round = 0; round < ROUNDS; round++) for (const run of begun) await go(run, form, load);
    runs.push(...begun);
  }
  const rows = {};
  for (const run of runs) rows[run.kind] = await row(run, runs[0]);
  for (const { kind } of runs) rows[kind].isolateMb = await isolateMb(await workerOf(kind, service.url), kind, form, parallel);
  service.close();
  say(`${ROUNDS} rounds of ${load.count} creates of ${form.bytes.length} bytes, ${parallel} at a time, against a service that only reads; medians:`);
  console.table(rows);
}

/** In the order of the package's own client. */
async function formBody() {
  const form = new FormData();
  form.append("input", JSON.stringify({ prompt: "A woman speaks warmly to the camera", externalTaskId: "@".repeat(36) }));
  form.append("soundFile", new Blob([largestSound()]), "soundFile");
  form.append("image", new Blob([largestImage()]), "image");
  const response = new Response(form);
  return { type: response.headers.get("content-type"), bytes: Buffer.from(await response.arrayBuffer()) };
}

/** The form under an id of its own. */
function renamed({ bytes }) {
  const copy = Buffer.from(bytes);
  copy.write(crypto.randomUUID(), copy.indexOf("@".repeat(36)));
  return copy;
}

/** Reads each body to its end and answers as the service does. */
async function startService() {
  let made = 0;
  const server = createServer((request, response) => {
    request.on("data", () => {}).on("end", () => {
      const data = { task_id: String(1e17 + ++made), task_status: "submitted", created_at: Date.now(), updated_at: Date.now() };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ code: 0, message: "SUCCEED", request_id: "r", data }));
    });
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

async function workerOf(name, url, more) {
  if (name.startsWith("gateway")) {
    const OPTIONS = JSON.stringify({
      inMemory: name === MEMORY,
      apiKey: KEY, baseUrl: url, allowedOrigins: ORIGIN, tokenSecret: SECRET, limiter: { createsPerMinute: 0, concurrentTasks: 0 }, ...more,
    });
    const modules = await bundleWorker(join(ROOT, "npm", "gateway", "bench", "gateway.js"));
    const objects = { durableObjects: { LEDGER: "AvatarLedger" }, unsafeEphemeralDurableObjects: name === OBJECTS };
    return { name: "gateway", modules, bindings: { OPTIONS }, ...objects };
  }
  const modules = await bundleWorker(join(ROOT, "npm", "gateway", "bench", "workers.js"));
  return { name: "gateway", modules, bindings: { KIND: name === BY_HAND ? "naive" : "plain", API_URL: url, KEY } };
}

async function begin(kind, worker, others, form, parallel) {
  const running = await startWorkers([worker], QUIET);
  const url = `${running.url}/avatar/tasks`;
  const pid = workerdPids().find((each) => others.every((other) => other.pid !== each));
  await inParallel(WARM_UP, parallel, () => create(url, form));
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
  return { kind, running, url, pid, idleMb: memoryMb(pid, "VmRSS"), cpuMs: [], wallMs: [], ok: 0 };
}

async function go(run, form, { count, parallel }) {
  const [cpuBefore, began] = [cpuMs(run.pid), Date.now()];
  const answers = await inParallel(count, parallel, () => create(run.url, form));
  run.cpuMs.push((cpuMs(run.pid) - cpuBefore) / count);
  run.wallMs.push((Date.now() - began) / count);
  run.ok += answers.filter(({ status }) => status < 300).length;
}

async function row({ running, pid, idleMb, cpuMs, wallMs, ok }, plain) {
  const peakMb = memoryMb(pid, "VmHWM");
  await running.close();
  return {
    cpuMs: round(median(cpuMs)),
    overPassThroughMs: round(median(cpuMs.map((ms, index) => ms - plain.cpuMs[index]))),
    wallMs: round(median(wallMs)),
    peakMb: round(peakMb),
    peakOverIdleMb: round(peakMb - idleMb),
    ok,
  };
}

/** In a workerd of its own: with its inspector each create takes a millisecond more. */
async function isolateMb(worker, name, form, parallel) {
  const running = await startWorkers([worker], { ...QUIET, inspectorPort: 0 });
  const creates = () => inParallel(MEMORY_RUNS * parallel, parallel, () => create(`${running.url}/avatar/tasks`, form));
  const heap = await heapPeak(await running.miniflare.getInspectorURL(), "gateway", creates);
  const memory = name.startsWith("gateway") ? await (await fetch(`${running.url}/memory`)).json() : 0;
  await running.close();
  return round((heap + memory) / (1 << 20));
}

/** All of it against the sandbox, with a third of the creates meeting a fault; the ledger has to equal the answers. */
async function underFaults(form, count) {
  const { startSandbox } = await import("../../tests/sandbox/server.mjs");
  const makeVideo = async () => ({ bytes: new Uint8Array(1000), durationSeconds: 30, type: "video/mp4" });
  const sandbox = await startSandbox({ speed: 40, makeVideo, options: { concurrency: 1e6 } });
  const often = { times: 1e6, probability: 0.08, on: "create" };
  await sandbox.faults.add([
    { ...often, action: "drop", when: "after" }, { ...often, action: "drop", when: "during", bytes: 1 << 20 },
    { ...often, action: "status", status: 503, code: 5001 }, { ...often, action: "truncate" },
  ]);
  const quick = { retry: { maxAttempts: 6, minDelayMs: 50, maxDelayMs: 500 } };
  const running = await startWorkers([await workerOf(DISK, sandbox.url, quick)], QUIET);
  const url = `${running.url}/avatar/tasks`;
  await create(url, form);
  const [pid] = workerdPids();
  const began = Date.now();
  const made = sandbox.ledger.read().totals.tasks;
  const answers = await inParallel(count, 20, () => create(url, form));
  const { creates, faults } = sandbox.ledger.read();
  const tokens = new Set(answers.map(({ body }) => body.taskId));
  const ids = new Set(creates.map((charge) => charge.externalTaskId));
  const table = {
    answered: answers.filter(({ status }) => status === 201).length,
    otherwise: answers.filter(({ status }) => status !== 201).map(({ status, body }) => `${status} ${body.error?.code}`).join(", "),
    tasks: tokens.size, charged: creates.length - made, chargedTwice: creates.length - ids.size, faults: faults.length,
    seconds: round((Date.now() - began) / 1000), peakMb: round(memoryMb(pid, "VmHWM")),
  };
  say(`${count} maximum-size creates, 20 at a time, against the sandbox with faults:`);
  console.table(table);
  await running.close();
  await sandbox.close();
  if (table.charged !== table.answered || table.chargedTwice > 0) process.exitCode = 1;
}

/** Creates, and comes back when it is told to, as a client does. */
async function create(url, form) {
  const body = renamed(form);
  for (;;) {
    const response = await fetch(url, { method: "POST", body, headers: { origin: ORIGIN, "content-type": form.type } });
    const answer = { status: response.status, body: await response.json().catch(() => ({})) };
    if (response.status !== 429) return answer;
    await sleep(Number(response.headers.get("retry-after")) * 1000);
  }
}

async function inParallel(count, parallel, work) {
  const results = [];
  let started = 0;
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, async () => {
    while (started++ < count) results.push(await work());
  }));
  return results;
}

function round(value) {
  return Math.round(value * 10) / 10;
}
