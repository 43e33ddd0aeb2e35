// What the gateway does with the answers of its ledger.
import assert from "node:assert/strict";
import { test } from "node:test";
import { durableObjectStore, keyValueStore, memoryStore } from "../../dist/gateway-node.js";
import { inProcess } from "./in-process.mjs";
import { INPUT, formOf } from "./stand.mjs";

const LEASE_MS = 30_000;
const create = (stand, input) => stand.ask("/tasks", { method: "POST", body: formOf(input) });

/** A gateway whose service takes a create and never answers. */
function unanswered(storeOf) {
  const memory = memoryStore();
  let begin;
  const begun = new Promise((resolve) => (begin = resolve));
  const stand = inProcess((_, { fetch }) => ({
    store: { ...memory, apply: (key, event) => storeOf(event) ?? memory.apply(key, event) },
    fetch: (url, init) => (init.method === "POST" ? new Promise(() => begin(stand.told.creates++)) : fetch(url, init)),
  }));
  return { stand, begun };
}

for (const [name, [renewals, renew]] of Object.entries({
  "that somebody else has taken over": [1, async () => ({ do: "stop" })],
  "that cannot be renewed": [3, () => Promise.reject(new Error("the store is down"))],
})) {
  test(`a create ${name} is sent no more, and the page is told to look again`, async (t) => {
    t.mock.timers.enable({ apis: ["setInterval", "Date"], now: Date.now() });
    const { stand, begun } = unanswered(({ type }) => (type === "renew" ? renew() : undefined));
    const externalTaskId = crypto.randomUUID();
    const creating = create(stand, { ...INPUT, externalTaskId });
    await begun;
    for (let n = 0; n < renewals; n++) {
      t.mock.timers.tick(LEASE_MS / 3);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { status, body } = await creating;
    assert.deepEqual([status, body.error.code, body.error.retryable, body.error.externalTaskId], [504, "timeout", true, externalTaskId]);
    assert.equal(stand.told.creates, 1);
  });
}

test("a create that the service takes its time for keeps its lease", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "Date"], now: Date.now() });
  const events = [];
  const memory = memoryStore();
  let [begin, answer] = [];
  const begun = new Promise((resolve) => (begin = resolve));
  const answered = new Promise((resolve) => (answer = resolve));
  const stand = inProcess((_, { fetch }) => ({
    store: { ...memory, apply: (key, event) => (events.push(event.type), memory.apply(key, event)) },
    fetch: async (url, init) => (init.method === "POST" && (begin(), await answered), fetch(url, init)),
  }));
  const creating = create(stand);
  await begun;
  for (let n = 0; n < 6; n++) {
    t.mock.timers.tick(LEASE_MS / 3);
    await new Promise((resolve) => setImmediate(resolve));
  }
  answer();
  assert.equal((await creating).status, 201);
  assert.equal(events.filter((type) => type === "renew").length, 6);
});

test("of a create that was refused the place is free before the id is", async () => {
  const events = [];
  const memory = memoryStore();
  const refusal = () => Response.json({ code: 1301, message: "no", request_id: "r" }, { status: 400 });
  const stand = inProcess({ fetch: async () => refusal(), store: { ...memory, apply: (key, event) => (events.push(event.type), memory.apply(key, event)) } });
  assert.equal((await create(stand)).body.error.code, "content_policy");
  assert.deepEqual(events, ["begin", "take", "end", "released"]);
});

for (const answer of [{}, { do: "go" }, { do: "new word" }, undefined]) {
  test(`a store that answers ${JSON.stringify(answer)} lets nothing be created`, async () => {
    const memory = memoryStore();
    for (const odd of ["begin", "take"].filter((type) => !(type === "take" && answer?.do === "go"))) {
      const stand = inProcess({ store: { ...memory, apply: async (key, event) => (event.type === odd ? answer : memory.apply(key, event)) } });
      assert.deepEqual([(await create(stand)).status, stand.told.creates], [500, 0], odd);
    }
  });
}

test("another file under the same id is told from the first one by any four kilobytes", async () => {
  const stand = inProcess({ limiter: { createsPerMinute: 0, concurrentTasks: 0 } });
  const externalTaskId = crypto.randomUUID();
  const first = Buffer.concat([INPUT.image, Buffer.alloc(500_000, 1)]);
  assert.equal((await create(stand, { ...INPUT, image: first, externalTaskId })).status, 201);
  for (let at = INPUT.image.length; at <= first.length - 4096; at += 33_333) {
    const image = Buffer.from(first).fill(2, at, at + 4096);
    assert.equal((await create(stand, { ...INPUT, image, externalTaskId })).status, 409, String(at));
  }
  assert.equal((await create(stand, { ...INPUT, image: first, externalTaskId })).status, 200);
});

/** A database as a class has it. */
class Database {
  rows = new Map();
  writes = 0;

  async read(key) {
    return this.rows.get(key);
  }

  async write(key, value, version) {
    this.writes += 1;
    if (this.rows.get(key)?.version !== version) return false;
    if (value === undefined) this.rows.delete(key);
    else this.rows.set(key, { value, version: crypto.randomUUID() });
    return true;
  }
}

test("a database may be an object of a class, and whoever only waits writes nothing into it", async () => {
  const database = new Database();
  const store = keyValueStore(database);
  const begin = (by, fingerprint = "f") => store.apply("k", { type: "begin", by, fingerprint, leaseMs: 60_000 });
  assert.equal((await begin("a")).do, "create");
  assert.deepEqual([(await begin("b")).do, (await begin("c", "g")).do, database.writes], ["wait", "conflict", 1]);
  assert.equal((await store.apply("k", { type: "created", by: "a", taskId: "7" })).do, "go");
  assert.deepEqual([(await begin("b")).taskId, database.writes], ["7", 2]);
});

test("a binding of Durable Objects that is missing is told with the settings", async () => {
  for (const namespace of [undefined, null, {}, "LEDGER"]) {
    const stand = inProcess({ store: durableObjectStore(namespace) });
    for (const { status, body } of [await stand.ask("/health"), await create(stand)]) assert.deepEqual([status, body.error.code], [503, "configuration"]);
    assert.match(stand.events[0].message, /^store .* binding/);
  }
});
