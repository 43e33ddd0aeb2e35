// `npm run bench:gateway`: maximum-size creates through the gateway in workerd, beside a Worker that only passes the body
// through and one written by hand. Time of the workerd process per request, its peak memory and that of the isolate, and the
// ledger against the answers.
import { createServer } from "node:http";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { build } from "../build/package.mjs";
import { ROOT } from "../setup/paths.mjs";
import { command, say } from "../setup/report.mjs";
import { heapPeak } from "./bench/inspector.mjs";
import { largestImage, largestSound } from "./bench/media.mjs";
import { bundleWorker, startWorkers } from "./worker.mjs";

const KEY = "sk-sandbox-bench";
const SECRET = "k3J8vQ2mZr7LxW0pT5nYc9BdFhGsAaEe";
const ORIGIN = "https://shop.example";
const WARM_UP = 16;
const MEMORY_RUNS = 4;
const QUIET = { handleRuntimeStdio: (...streams) => streams.forEach((stream) => stream.resume()) };
const TICKS_PER_SECOND = 100;

await command(async () => {
  const known = { count: { type: "string" }, parallel: { type: "string" }, faults: { type: "string" } };
  const { values } = parseArgs({ options: known });
  const [count, parallel, faults] = [Number(values.count ?? 40), Number(values.parallel ?? 4), Number(values.faults ?? 200)];
  await build();
  const form = await formBody();
  if (count > 0) await beside(form, count, parallel);
  if (faults > 0) await underFaults(form, faults);
});

async function beside(form, count, parallel) {
  const service = await startService();
  const rows = {};
  for (const name of ["pass-through", "gateway, ledger in memory", "gateway", "by hand"]) rows[name] = await measure(name, service.url, form, { count, parallel });
  service.close();
  const base = rows["pass-through"].cpuMs;
  for (const row of Object.values(rows)) row.overPassThroughMs = round(row.cpuMs - base);
  say(`${count} creates of ${form.bytes.length} bytes, ${parallel} at a time, against a service that only reads:`);
  console.table(rows);
}

async function formBody() {
  const form = new FormData();
  form.append("input", JSON.stringify({ prompt: "A woman speaks warmly to the camera", externalTaskId: "@".repeat(36) }));
  form.append("image", new Blob([largestImage()]), "image");
  form.append("soundFile", new Blob([largestSound()]), "soundFile");
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
      inMemory: name !== "gateway",
      apiKey: KEY, baseUrl: url, allowedOrigins: ORIGIN, tokenSecret: SECRET, limiter: { createsPerMinute: 0, concurrentTasks: 0 }, ...more,
    });
    const modules = await bundleWorker(join(ROOT, "npm", "gateway", "bench", "gateway.js"));
    return { name: "gateway", modules, bindings: { OPTIONS }, durableObjects: { LEDGER: "AvatarLedger" } };
  }
  const modules = await bundleWorker(join(ROOT, "npm", "gateway", "bench", "workers.js"));
  return { name: "gateway", modules, bindings: { KIND: name === "by hand" ? "naive" : "plain", API_URL: url, KEY } };
}

async function measure(name, serviceUrl, form, load) {
  const worker = await workerOf(name, serviceUrl);
  return { ...(await time(worker, form, load)), isolateMb: await isolateMb(worker, name, form, load) };
}

async function time(worker, form, { count, parallel }) {
  const running = await startWorkers([worker], QUIET);
  const url = `${running.url}/avatar/tasks`;
  await inParallel(WARM_UP, parallel, () => create(url, form));
  const pid = workerdPid();
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
  const [cpuBefore, memoryBefore, began] = [cpuMs(pid), memoryMb(pid, "VmRSS"), Date.now()];
  const answers = await inParallel(count, parallel, () => create(url, form));
  const row = {
    cpuMs: round((cpuMs(pid) - cpuBefore) / count),
    peakMb: round(memoryMb(pid, "VmHWM")),
    peakOverIdleMb: round(memoryMb(pid, "VmHWM") - memoryBefore),
    wallMs: round((Date.now() - began) / count),
    ok: answers.filter(({ status }) => status < 300).length,
  };
  await running.close();
  return row;
}

/** In a workerd of its own: with its inspector each create takes a millisecond more. */
async function isolateMb(worker, name, form, { parallel }) {
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
  const running = await startWorkers([await workerOf("gateway", sandbox.url, quick)], QUIET);
  const url = `${running.url}/avatar/tasks`;
  await create(url, form);
  const pid = workerdPid();
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

function workerdPid() {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)).reverse()) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      if (stat.includes("(workerd)") && Number(stat.split(") ")[1].split(" ")[1]) === process.pid) return pid;
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error("there is no workerd");
}

function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

function memoryMb(pid, name) {
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}

function round(value) {
  return Math.round(value * 10) / 10;
}
