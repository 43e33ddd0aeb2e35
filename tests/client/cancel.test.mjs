import { openListeners, openTimers, watchedController } from "./globals.mjs";
import assert from "node:assert/strict";
import { getMaxListeners, setMaxListeners } from "node:events";
import { test } from "node:test";
import { linearMemory } from "./linear-memory.mjs";
import { IMAGE, clientOf, failure, input, quickSandbox, until } from "./stand.mjs";

const sandbox = await quickSandbox({ concurrency: 1_000_000 });
const requests = () => Object.values(sandbox.ledger.read().requests).reduce((sum, count) => sum + count, 0);
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A file whose reading never ends. */
class EndlessBlob extends Blob {
  slice() {
    return Object.assign(new Blob([IMAGE]), { arrayBuffer: () => new Promise(() => {}) });
  }
  arrayBuffer() {
    return new Promise(() => {});
  }
}

/** Each phase: how to get into it, how to know that it is reached, and what a deadline in it is told as. */
const phases = {
  "reading a file": {
    start: (client, call) => client.generate(input({ image: new EndlessBlob([IMAGE]) }), call),
    reached: () => turn().then(() => true),
  },
  "asking for the key": {
    options: { apiKey: () => new Promise(() => {}) },
    start: (client, call) => client.createTask(input(), call),
    reached: () => turn().then(() => true),
  },
  uploading: {
    service: { uploadBytesPerSecond: 2000 },
    start: (client, call) => client.createTask(input(), call),
    reached: () => requests() > 0,
  },
  "waiting for the answer": {
    faults: [{ on: "create", action: "delay", ms: 60_000 }],
    start: (client, call) => client.createTask(input(), call),
    reached: () => requests() > 0,
  },
  "waiting before a retry": {
    late: "rate_limited",
    options: { retry: { minDelayMs: 60_000, maxDelayMs: 60_000 } },
    faults: [{ on: "create", action: "status", status: 429, code: 1302, headers: { "retry-after": "60" } }],
    start: (client, call) => client.createTask(input(), call),
    reached: () => sandbox.ledger.faults.length > 0,
  },
  "waiting for a place": {
    late: "concurrency_limit",
    faults: [{ on: "create", action: "status", status: 429, code: 1303, times: 1000 }],
    start: (client, call) => client.createTask(input(), call),
    reached: () => sandbox.ledger.faults.length > 0,
  },
  settling: {
    late: "submission_unknown",
    options: { retry: { minDelayMs: 60_000, maxDelayMs: 60_000 } },
    faults: [{ on: "create", action: "drop", when: "after" }, { on: "find", action: "drop", times: 1000 }],
    start: (client, call) => client.createTask(input(), call),
    reached: () => sandbox.ledger.faults.length > 1,
    paid: true,
  },
  "waiting for the video": {
    start: (client, call) => client.generate(input({ prompt: "[never]" }), call),
    reached: () => (sandbox.ledger.read().requests.read ?? 0) > 1,
    paid: true,
  },
  "waiting for a read": {
    faults: [{ on: "read", action: "delay", ms: 60_000 }],
    start: (client, call) => client.generate(input(), call),
    reached: () => (sandbox.ledger.read().requests.read ?? 0) > 0,
    paid: true,
  },
  downloading: {
    service: { downloadBytesPerSecond: 2000 },
    start: (client, call) => client.download({ url: `${sandbox.url}/files/slow.mp4` }, call),
    reached: () => (sandbox.ledger.read().requests.file ?? 0) > 0,
  },
};

for (const [name, { options, service = {}, faults = [], start, reached, paid, late = "timeout" }] of Object.entries(phases)) {
  for (const how of ["signal", "timeout"]) {
    test(`a call that is ended by its ${how} while ${name} ends at once and leaves nothing`, async () => {
      sandbox.reset();
      Object.assign(sandbox.options, { uploadBytesPerSecond: 0, downloadBytesPerSecond: 0 }, service);
      sandbox.api.files?.put("slow.mp4", { bytes: new Uint8Array(500_000), type: "video/mp4" });
      await sandbox.faults.add(faults);
      const controller = watchedController();
      const reason = new Error("enough");
      const timeoutMs = how === "timeout" ? 400 : 30_000;
      const ended = failure(start(clientOf(sandbox, options), { signal: controller.signal, timeoutMs }));
      if (how === "signal") {
        await until(reached);
        controller.abort(reason);
      }
      const error = await ended;
      const sent = requests();
      assert.equal(error.code, how === "signal" ? "aborted" : late);
      if (how === "signal") assert.equal(error.cause, reason);
      if (paid) assert.ok(error.taskId ?? error.externalTaskId, "it tells what is paid for");
      assert.deepEqual({ timers: openTimers(), listeners: openListeners() }, { timers: 0, listeners: 0 });
      for (let turns = 0; turns < 50; turns++) await turn();
      assert.equal(requests(), sent, "no request leaves after it");
    });
  }
}

test("a signal that is aborted already stops a call before anything is sent", async () => {
  sandbox.reset();
  const client = clientOf(sandbox);
  const call = { signal: AbortSignal.abort("no") };
  for (const ended of [client.generate(input(), call), client.createTask(input(), call), client.getTask("1", call), client.findTask("1", call),
    client.waitForTask("1", call), client.download({ url: sandbox.url }, call), client.synthesizeSpeech({ text: "a", voiceId: "b", voiceLanguage: "en" }, call)]) {
    const error = await failure(ended);
    assert.deepEqual([error.code, error.cause], ["aborted", "no"]);
  }
  assert.equal(requests(), 0);
});

test("a thousand calls that are created, waited for and cancelled leave no timer, no listener and no memory", async () => {
  sandbox.reset();
  Object.assign(sandbox.options, { uploadBytesPerSecond: 0, downloadBytesPerSecond: 0 });
  const { wasm } = await import("../../dist/kling_avatar_server.js");
  const client = clientOf(sandbox);
  const cycle = async (at) => {
    const controller = watchedController();
    const watched = at % 2 ? (progress) => progress.task?.status === "submitted" && controller.abort() : undefined;
    if (!watched) setImmediate(() => setImmediate(() => controller.abort()));
    const error = await failure(client.generate(input({ prompt: "[never]" }), { signal: controller.signal, onProgress: watched }));
    assert.equal(error.code, "aborted");
  };
  const many = async (count) => {
    for (let at = 0; at < count; at += 20) await Promise.all(Array.from({ length: 20 }, (_, more) => cycle(at + more)));
  };
  await many(100);
  const memory = linearMemory(wasm);
  const before = memory.buffer.byteLength;
  await many(1000);
  assert.equal(memory.buffer.byteLength, before);
  assert.deepEqual({ timers: openTimers(), listeners: openListeners() }, { timers: 0, listeners: 0 });
});

test("a hundred waits share one timer", async () => {
  sandbox.reset();
  const client = clientOf(sandbox, { poll: { minIntervalMs: 60_000, maxIntervalMs: 60_000, timeoutMs: 600_000 } });
  const controller = watchedController();
  const submitted = new Set();
  const call = { signal: controller.signal, onProgress: ({ task }) => task && submitted.add(task.taskId) };
  const waits = Array.from({ length: 100 }, () => failure(client.generate(input({ prompt: "[never]" }), call)));
  await until(() => submitted.size === 100);
  for (let turns = 0; turns < 50; turns++) await turn();
  assert.equal(openTimers(), 1);
  controller.abort();
  assert.ok((await Promise.all(waits)).every(({ code, taskId }) => code === "aborted" && taskId));
  assert.equal(openTimers(), 0);
});

test("fifty calls that share a signal bring no warning of a leak, and a limit of the caller's own stays", async (t) => {
  sandbox.reset();
  const warnings = [];
  const note = ({ name, message }) => warnings.push(`${name}: ${message}`);
  process.on("warning", note);
  t.after(() => process.off("warning", note));
  const controller = new AbortController();
  const client = clientOf(sandbox);
  const calls = Array.from({ length: 50 }, () => failure(client.generate(input({ prompt: "[never]" }), { signal: controller.signal })));
  await until(() => requests() > 50);
  controller.abort();
  await Promise.all(calls);
  assert.deepEqual(warnings, []);
  const own = new AbortController();
  setMaxListeners(7, own.signal);
  await client.findTask("nobody's", { signal: own.signal });
  assert.equal(getMaxListeners(own.signal), 7);
});
