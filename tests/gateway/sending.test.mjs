// What the gateway sends from the module's memory in workerd, where a service does not take all of it.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { largestImage, largestSound } from "../../npm/gateway/bench/media.mjs";
import { bundleWorker, startWorkers } from "../../npm/gateway/worker.mjs";
import { KEY, ORIGIN, SECRET, formOf } from "./stand.mjs";

const CREATED = JSON.stringify({ code: 0, message: "SUCCEED", request_id: "r", data: { task_id: "1", task_status: "submitted" } });

let running;
let service;

/** Reads what comes under the prompt "stalled" only when it is told to, and takes the rest. */
async function startService() {
  const [stalled, taken] = [[], []];
  const server = createServer((socket) => {
    let request;
    socket.on("error", () => {}).on("data", (chunk) => {
      request ??= { chunks: [], bytes: 0 };
      request.chunks.push(chunk);
      request.bytes += chunk.length;
      request.total ??= totalOf(request);
      if (request.total === undefined || request.isStalled) return;
      if (textOf(request).includes('"prompt":"stalled"')) {
        request.isStalled = true;
        return stalled.push({ request, socket: socket.pause() });
      }
      if (request.bytes < request.total) return;
      taken.push(JSON.parse(contents(request)));
      request = undefined;
      socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${CREATED.length}\r\n\r\n${CREATED}`);
    });
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  return { url: `http://127.0.0.1:${server.address().port}`, stalled, taken, close: () => server.close() };
}

const textOf = ({ chunks }) => chunks.slice(0, 8).join("").slice(0, 1000);
const contents = ({ chunks }) => Buffer.concat(chunks).toString("latin1").split("\r\n\r\n")[1];

/** How long a request is, once its head and its first fields are there. */
function totalOf(request) {
  const text = textOf(request);
  const head = text.indexOf("\r\n\r\n") + 4;
  return head > 4 && text.length > head + 80 ? head + Number(/content-length: (\d+)/i.exec(text)[1]) : undefined;
}

before(async () => {
  service = await startService();
  const OPTIONS = JSON.stringify({
    apiKey: KEY, baseUrl: service.url, allowedOrigins: ORIGIN, tokenSecret: SECRET, retry: { maxAttempts: 1 },
    limiter: { createsPerMinute: 0, concurrentTasks: 0 },
  });
  const modules = await bundleWorker(join(import.meta.dirname, "sending-worker.js"));
  running = await startWorkers([{ name: "gateway", modules, bindings: { OPTIONS } }]);
});
after(async () => {
  await running.close();
  service.close();
});

const memoryBytes = async (timeoutMs) => (await fetch(`${running.url}/memory?timeoutMs=${timeoutMs}`)).json();
const create = async (input) => (await fetch(`${running.url}/avatar/tasks`, { method: "POST", body: formOf(input), headers: { origin: ORIGIN } })).status;
const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const largest = (prompt) => ({ prompt, image: largestImage(), soundFile: largestSound() });

test("what is on its way when a request is given up never becomes another request's", async () => {
  await memoryBytes(1000);
  const stalled = largest("stalled");
  assert.equal(await create(stalled), 504);
  await memoryBytes(60_000);
  const others = [1, 2, 3].map((n) => largest(`other ${n}`));
  for (const other of others) assert.equal(await create(other), 201);
  const [{ request, socket }] = service.stalled;
  const ended = new Promise((end) => socket.once("close", end));
  socket.resume();
  await ended;
  const sound = /"sound_file":"([^"]*)/.exec(contents(request))[1];
  assert.ok(sound.length > 0 && base64(stalled.soundFile).startsWith(sound), `${sound.length} characters`);
  assert.equal(service.taken.length, others.length);
  for (const [n, other] of others.entries()) {
    const { prompt, image: photo, sound_file: sound } = service.taken[n];
    assert.ok(prompt === other.prompt && photo === base64(other.image) && sound === base64(other.soundFile), String(n));
  }
});

test("requests that are given up leave no memory behind", async () => {
  const stalled = largest("stalled");
  await memoryBytes(200);
  for (let n = 0; n < 2; n++) assert.equal(await create(stalled), 504);
  const before = await memoryBytes(200);
  for (let n = 0; n < 6; n++) assert.equal(await create(stalled), 504);
  assert.equal(await memoryBytes(200), before);
  for (const { socket } of service.stalled) socket.destroy();
});
