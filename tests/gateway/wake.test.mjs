// How soon a held read learns of the end, on a clock that this file moves: it stands still while anything is at work, and goes
// to the next timer once a read only waits.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AvatarLedger, durableObjectStore, keyValueStore, memoryStore } from "../../dist/gateway-node.js";
import { GATEWAY_URL, inProcess } from "./in-process.mjs";
import { formOf } from "./stand.mjs";

/** Time-outs of requests are longer; none of them may be what ends a wait. */
const WAITS_MS = 10_000;

const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout, now: Date.now };
const timers = new Map();
let nowMs = real.now();

before(() => {
  globalThis.setTimeout = (run, ms = 0) => {
    const id = { [Symbol.toPrimitive]: () => 1, unref: () => id };
    timers.set(id, { run, atMs: nowMs + ms });
    return id;
  };
  globalThis.clearTimeout = (id) => timers.delete(id) || real.clearTimeout(id);
  Date.now = () => nowMs;
});
after(() => Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout }) && (Date.now = real.now));

const turn = () => new Promise((resolve) => real.setTimeout(resolve, 1));

/** Moves the clock to one timer after the other until `work` has come to its end, or to the first that `until` allows. */
async function finished(work) {
  let ended = false;
  work.finally(() => (ended = true)).catch(() => {});
  while (!ended) {
    await turn();
    const [id, next] = [...timers].filter(([, { atMs }]) => atMs - nowMs <= WAITS_MS).sort(([, a], [, b]) => a.atMs - b.atMs)[0] ?? [];
    if (next === undefined) continue;
    timers.delete(id);
    nowMs = Math.max(nowMs, next.atMs);
    next.run();
  }
  return work;
}

/** A database of one process, and Durable Objects of one process. */
function database() {
  const rows = new Map();
  return {
    read: async (key) => rows.get(key),
    async write(key, value, version, _expiresAtMs) {
      if (rows.get(key)?.version !== version) return false;
      if (value === undefined) rows.delete(key);
      else rows.set(key, { value, version: (version ?? 0) + 1 });
      return true;
    },
  };
}

function namespace() {
  const objects = new Map();
  const storageOf = (kept = new Map()) => ({
    get: async (name) => kept.get(name),
    put: async (name, value) => void kept.set(name, value),
    setAlarm: async () => {},
    deleteAll: async () => kept.clear(),
  });
  return {
    idFromName: (name) => name,
    get(name) {
      if (!objects.has(name)) objects.set(name, new AvatarLedger({ storage: storageOf() }));
      return { fetch: (url, init) => objects.get(name).fetch(new Request(url, init)) };
    },
  };
}

/** A task in the making, and a read of it that the gateway holds. */
async function watched(store) {
  const stand = inProcess({ store, publicUrl: GATEWAY_URL });
  const { body: { taskId } } = await finished(stand.ask("/tasks", { method: "POST", body: formOf() }));
  stand.data.task_status = "processing";
  const looked = new Promise((resolve) => (stand.told.onRead = resolve));
  const held = stand.ask(`/tasks/${taskId}?known=processing&waitSeconds=20`);
  await looked;
  return { ...stand, held };
}

for (const [name, storeOf] of Object.entries({
  "in memory": () => memoryStore(),
  "in Durable Objects": () => durableObjectStore(namespace()),
  "in a database": () => keyValueStore(database()),
})) {
  test(`${name}: a read that is held is answered within a second of the callback`, async () => {
    const { data, told, ask, held } = await watched(storeOf());
    Object.assign(data, { task_status: "succeed", updated_at: nowMs, task_result: { videos: [{ id: "v", url: "https://cdn.example/v.mp4", duration: "7.8" }] } });
    const endedMs = nowMs;
    const callback = await ask(told.callbackUrl.slice(GATEWAY_URL.length), { method: "POST", body: JSON.stringify(data), headers: { "content-type": "application/json" } });
    assert.equal(callback.status, 200);
    const { body: task } = await finished(held);
    assert.deepEqual([task.status, task.videos.length], ["succeed", 1]);
    assert.ok(nowMs - endedMs <= 1000, `${nowMs - endedMs} ms after the end`);
  });

  test(`${name}: without the callback it is answered when the gateway looks again`, async () => {
    const { data, told, held } = await watched(storeOf());
    data.task_status = "failed";
    const endedMs = nowMs;
    assert.equal((await finished(held)).body.status, "failed");
    assert.ok(nowMs - endedMs <= 5000 && told.reads === 2, `${nowMs - endedMs} ms, ${told.reads} reads`);
  });
}
