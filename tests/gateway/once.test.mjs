import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { INPUT, ORIGIN, clientOf, formOf, startStand, thrownBy } from "./stand.mjs";

let stand;
let urls;

before(async () => {
  stand = await startStand({ names: ["one", "two"], options: { retry: { maxAttempts: 3, minDelayMs: 20, maxDelayMs: 100 }, users: true }, sandbox: { options: { concurrency: 1000 } } });
  urls = { one: await stand.urlOf("one"), two: await stand.urlOf("two") };
});
afterEach(() => {
  stand.sandbox.faults.clear();
  Object.assign(stand.sandbox.options, { findByPath: true, uniqueExternalIds: true });
});
after(() => stand.close());

const tasksOf = (upstream) => stand.sandbox.ledger.read().creates.filter((charge) => charge.externalTaskId === upstream);
const charged = () => stand.sandbox.ledger.read().totals.tasks;

/** Sends a create to one of two isolates, which share nothing but the Durable Objects. */
async function create(isolate, input, headers) {
  const response = await fetch(`${urls[isolate]}/tasks`, { method: "POST", body: formOf(input), headers: { origin: ORIGIN, "x-user": "alice", ...headers } });
  return { status: response.status, body: await response.json() };
}

test("a hundred creates with one id in two isolates make one task", async () => {
  const input = { ...INPUT, externalTaskId: "hundred" };
  const before = charged();
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => create(n % 2 ? "one" : "two", input)));
  assert.deepEqual([...new Set(answers.map(({ body }) => body.taskId ?? JSON.stringify(body)))].length, 1);
  assert.deepEqual(answers.filter(({ status }) => status === 201).length, 1);
  assert.ok(answers.every(({ status }) => status === 200 || status === 201));
  assert.equal(charged() - before, 1);
});

test("many ids at the same time each make one", async () => {
  const before = charged();
  const names = Array.from({ length: 10 }, (_, n) => `many-${n}`);
  const answers = await Promise.all(names.flatMap((externalTaskId) => ["one", "two", "one"].map((isolate) => create(isolate, { ...INPUT, externalTaskId }))));
  assert.equal(new Set(answers.map(({ body }) => body.taskId)).size, 10);
  assert.equal(charged() - before, 10);
});

test("Idempotency-Key does as externalTaskId", async () => {
  const before = charged();
  const [first, second] = [await create("one", INPUT, { "idempotency-key": "key-1" }), await create("two", INPUT, { "idempotency-key": "key-1" })];
  assert.deepEqual([first.status, second.status, charged() - before], [201, 200, 1]);
  assert.deepEqual({ ...second.body, status: 0, updatedAt: 0, requestId: 0, videos: 0 }, { ...first.body, status: 0, updatedAt: 0, requestId: 0, videos: 0 });
});

test("another input under the same id is a conflict", async () => {
  await create("one", { ...INPUT, externalTaskId: "conflict" });
  const before = charged();
  for (const change of [{ prompt: "Another one" }, { image: Buffer.concat([INPUT.image, Buffer.from([0])]) }, { mode: "pro" }]) {
    const { status, body } = await create("two", { ...INPUT, ...change, externalTaskId: "conflict" });
    assert.deepEqual([status, body.error.code], [409, "invalid_request"]);
  }
  assert.equal(charged(), before);
});

test("of different inputs under one id at the same time, in two isolates, one is made", async () => {
  const before = charged();
  const images = Array.from({ length: 8 }, (_, n) => Buffer.concat([INPUT.image, Buffer.from([n])]));
  const answers = await Promise.all(images.map((image, n) => create(n % 2 ? "one" : "two", { ...INPUT, image, externalTaskId: "torn" })));
  assert.deepEqual(answers.map(({ status, body }) => `${status} ${body.error?.code}`).sort(), ["201 undefined", ...Array(7).fill("409 invalid_request")]);
  assert.equal(charged() - before, 1);
});

test("an Idempotency-Key of another subject finds and takes nothing", async () => {
  const [key, before] = [{ "idempotency-key": "shared" }, charged()];
  const first = await create("one", INPUT, key);
  const second = await create("two", { ...INPUT, prompt: "Another one" }, { ...key, "x-user": "mallory" });
  assert.deepEqual([first.status, second.status, charged() - before], [201, 201, 2]);
  assert.notEqual(first.body.taskId, second.body.taskId);
  const { status, body } = await create("one", INPUT, { "idempotency-key": "x".repeat(201) });
  assert.deepEqual([status, body.error.code, charged() - before], [422, "invalid_input", 2]);
});

for (const [name, fault] of Object.entries({
  "the answer is lost": { on: "create", action: "drop", when: "after" },
  "the answer is a 502 page": { on: "create", action: "html", when: "after" },
  "the answer is cut": { on: "create", action: "truncate" },
  "the connection breaks during the upload": { on: "create", action: "drop", when: "during" },
  "the service fails before": { on: "create", action: "status", status: 503, code: 5001 },
})) {
  test(`${name} between gateway and service: one task`, async () => {
    const before = charged();
    await stand.sandbox.faults.add(fault);
    const { status, body } = await create("one", { ...INPUT, externalTaskId: name });
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(charged() - before, 1);
    assert.equal((await create("two", { ...INPUT, externalTaskId: name })).body.taskId, body.taskId);
    assert.equal(charged() - before, 1);
  });
}

test("the answer is lost between page and gateway: the page finds its task and sends nothing again", async () => {
  const before = charged();
  const sent = [];
  const lossy = async (url, init) => {
    sent.push(`${init.method} ${new URL(url).pathname.split("/").at(-1)}`);
    const response = await fetch(url, init);
    if (sent.length > 1) return response;
    await response.arrayBuffer();
    throw new TypeError("fetch failed");
  };
  const client = clientOf(stand.url, { fetch: lossy, headers: { "x-user": "alice" } });
  const task = await client.createTask(INPUT);
  assert.ok(task.taskId);
  assert.deepEqual(sent, ["POST tasks", "GET tasks"]);
  assert.equal(charged() - before, 1);
});

test("a page that is cut off while it uploads sends again, and one task is made", async () => {
  const before = charged();
  let first = true;
  const lossy = (url, init) => {
    if (!first || init.method !== "POST") return fetch(url, init);
    first = false;
    return Promise.reject(new TypeError("fetch failed"));
  };
  await clientOf(stand.url, { fetch: lossy, headers: { "x-user": "alice" } }).createTask(INPUT);
  assert.equal(charged() - before, 1);
});

test("what cannot be settled is not sent again, by nobody, until it is settled", async () => {
  const before = charged();
  const input = { ...INPUT, externalTaskId: "unsettled" };
  // The service itself would take the same id twice: only the ledger is in the way.
  stand.sandbox.options.uniqueExternalIds = false;
  await stand.sandbox.faults.add([{ on: "create", action: "drop", when: "after" }, ...["find", "list"].map((on) => ({ on, action: "status", status: 503, times: 100 }))]);
  const first = await create("one", input);
  assert.equal(first.body.error.code, "submission_unknown");
  assert.equal(first.body.error.externalTaskId, "unsettled");
  const second = await create("two", input);
  assert.equal(second.body.error.code, "submission_unknown");
  assert.equal(charged() - before, 1);
  assert.equal((await create("one", input)).body.error.code, "submission_unknown");
  stand.sandbox.faults.clear();
  const third = await create("two", input);
  assert.equal(third.status, 201, JSON.stringify(third.body));
  assert.equal(charged() - before, 1);
});

test("a create that was refused for good leaves the id free", async () => {
  const before = charged();
  await stand.sandbox.faults.add({ on: "create", action: "status", status: 400, code: 1301 });
  assert.equal((await create("one", { ...INPUT, externalTaskId: "refused" })).body.error.code, "content_policy");
  assert.equal((await create("two", { ...INPUT, prompt: "A kinder one", externalTaskId: "refused" })).status, 201);
  assert.equal(charged() - before, 1);
});

test("each subject has so many creates in a minute and so many tasks at the same time", async () => {
  const apart = await startStand({ options: { users: true, limiter: { createsPerMinute: 3, concurrentTasks: 2 } }, sandbox: { speed: 1 } });
  try {
    const as = (user) => clientOf(apart.url, { headers: { "x-user": user }, poll: { timeoutMs: 1500 }, retry: { maxAttempts: 1 } });
    for (let n = 0; n < 2; n++) await as("alice").createTask(INPUT);
    assert.equal((await thrownBy(as("alice").createTask(INPUT, { timeoutMs: 900 }))).code, "concurrency_limit");
    await as("bob").createTask(INPUT);
    assert.equal(apart.sandbox.ledger.read().totals.tasks, 3);
  } finally {
    await apart.close();
  }
  const fast = await startStand({ options: { users: true, limiter: { createsPerMinute: 2, concurrentTasks: 0 } } });
  try {
    const alice = clientOf(fast.url, { headers: { "x-user": "alice" }, retry: { maxAttempts: 1 } });
    for (let n = 0; n < 2; n++) await alice.createTask(INPUT);
    const error = await thrownBy(alice.createTask(INPUT));
    assert.deepEqual([error.code, error.status], ["rate_limited", 429]);
    assert.ok(error.retryAfterMs > 10_000 && error.retryAfterMs <= 30_000, String(error.retryAfterMs));
    assert.equal(fast.sandbox.ledger.read().totals.tasks, 2);
  } finally {
    await fast.close();
  }
});

test("where nobody is asked who they are, a household with its addresses of IPv6 is one caller", async () => {
  const apart = await startStand({ options: { limiter: { createsPerMinute: 2, concurrentTasks: 0 } } });
  try {
    const from = async (address) => (await apart.send("/tasks", { method: "POST", body: formOf(), headers: { "cf-connecting-ip": address } })).status;
    assert.deepEqual([await from("2001:db8:1:2::1"), await from("2001:db8:1:2::2"), await from("2001:db8:1:2:3::4")], [201, 201, 429]);
    assert.deepEqual([await from("2001:db8:1:3::1"), await from("192.0.2.1")], [201, 201]);
  } finally {
    await apart.close();
  }
});

test("nothing was ever charged twice", () => {
  const ids = stand.sandbox.ledger.read().creates.map((charge) => charge.externalTaskId);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(tasksOf(ids[0]).length, 1);
});
