import assert from "node:assert/strict";
import { test } from "node:test";
import { KEY, clientOf, failure, input, quickSandbox, until } from "./stand.mjs";

const sandbox = await quickSandbox();
const ledger = () => sandbox.ledger.read();

/** The page is closed at this point: its client is gone, its storage is not. */
async function closedPage(storage, { prompt = "She speaks", when, faults = [], externalTaskId } = {}) {
  sandbox.reset();
  await sandbox.faults.add(faults);
  const controller = new AbortController();
  const ended = failure(clientOf(sandbox, { storage }).generate(input({ prompt, externalTaskId }), { signal: controller.signal }));
  await until(when);
  controller.abort();
  await ended;
}

test("a page that is reloaded while it waits goes on with the same task", async () => {
  const storage = new Map();
  await closedPage(storage, { when: () => (ledger().requests.read ?? 0) > 0 });
  assert.equal(storage.size, 1);
  const { taskId } = JSON.parse([...storage.values()][0]);
  assert.equal(taskId, ledger().creates[0].taskId);
  const video = await clientOf(sandbox, { storage }).generate(input());
  assert.equal(video.durationSeconds, 2.5);
  assert.equal(ledger().totals.tasks, 1);
  assert.equal(ledger().requests.create, 1, "the files are not sent again");
  assert.equal(storage.size, 0, "a video that is there needs no record");
});

for (const when of ["before", "during", "after"]) {
  test(`a page that is reloaded while its create is lost (${when} it was handled) pays once`, async () => {
    const storage = new Map();
    const faults = [{ on: "create", action: "drop", when }, { on: "any", action: "drop", times: 1000 }];
    await closedPage(storage, { when: () => sandbox.ledger.faults.length > 1, faults });
    const record = JSON.parse([...storage.values()][0]);
    assert.equal(record.taskId, undefined);
    sandbox.faults.clear();
    await clientOf(sandbox, { storage }).generate(input());
    assert.deepEqual(ledger().creates.map(({ externalTaskId }) => externalTaskId), [record.externalTaskId]);
    assert.equal(ledger().requests.create, when === "after" ? 1 : 2);
  });
}

test("neither the key nor the media are kept", async () => {
  const storage = new Map();
  await closedPage(storage, { when: () => (ledger().requests.read ?? 0) > 0 });
  const [[name, text]] = [...storage];
  assert.match(name, /^kling-avatar:[0-9a-f]{32}$/);
  assert.deepEqual(Object.keys(JSON.parse(text)).sort(), ["beganAtMs", "externalTaskId", "taskId"]);
  assert.ok(!text.includes(KEY));
});

test("another input, another service or another id of the caller's is another task", async () => {
  const storage = new Map();
  await closedPage(storage, { when: () => (ledger().requests.read ?? 0) > 0 });
  const client = clientOf(sandbox, { storage });
  await client.generate(input({ prompt: "She speaks again" }));
  await client.generate(input({ mode: "pro" }));
  await client.generate(input({ externalTaskId: "own-1" }));
  assert.equal(ledger().totals.tasks, 4);
  const other = await quickSandbox();
  await clientOf(other, { storage }).generate(input());
  assert.equal(other.ledger.read().totals.tasks, 1);
  assert.equal(storage.size, 1, "the first one is still kept");
});

test("an id of the caller's own resumes, too", async () => {
  const storage = new Map();
  const externalTaskId = "order-7";
  await closedPage(storage, { when: () => (ledger().requests.read ?? 0) > 0, externalTaskId });
  await clientOf(sandbox, { storage }).generate(input({ externalTaskId }));
  assert.equal(ledger().totals.tasks, 1);
});

test("the same input twice at the same time is two videos, and nothing is left of them", async () => {
  sandbox.reset();
  const storage = new Map();
  const client = clientOf(sandbox, { storage });
  const [one, two] = await Promise.all([client.generate(input()), client.generate(input())]);
  assert.notEqual(one.id, two.id);
  assert.equal(storage.size, 0);
});

test("a task that fails and a create that is refused are forgotten", async () => {
  const storage = new Map();
  sandbox.reset();
  const client = clientOf(sandbox, { storage });
  assert.equal((await failure(client.generate(input({ prompt: "[fail]" })))).code, "task_failed");
  assert.equal((await failure(client.generate(input({ prompt: "[unsafe]" })))).code, "content_policy");
  assert.equal(storage.size, 0);
});

test("a task that the service does not have any more is said to be gone, and made anew by the next call", async () => {
  const storage = new Map();
  await closedPage(storage, { when: () => (ledger().requests.read ?? 0) > 0 });
  sandbox.reset();
  const client = clientOf(sandbox, { storage });
  assert.equal((await failure(client.generate(input()))).code, "not_found");
  const [kept] = [...storage.values()].map((text) => JSON.parse(text));
  assert.equal(kept.taskId, undefined);
  await client.generate(input());
  assert.deepEqual(ledger().creates.map(({ externalTaskId }) => externalTaskId), [kept.externalTaskId]);
  assert.equal(storage.size, 0);
});

test("a task that the service did not know for a while is found by the next call, and not paid for again", async () => {
  const storage = new Map();
  await closedPage(storage, { when: () => (ledger().requests.read ?? 0) > 0 });
  await sandbox.faults.add([{ on: "read", action: "status", status: 404, code: 1203, times: 1000 }]);
  assert.equal((await failure(clientOf(sandbox, { storage }).generate(input()))).code, "not_found");
  sandbox.faults.clear();
  await clientOf(sandbox, { storage }).generate(input());
  assert.equal(ledger().totals.tasks, 1);
  assert.equal(storage.size, 0);
});

test("what could not be settled stays as it is, and is not paid for again", async () => {
  const storage = new Map();
  const closed = await quickSandbox({ findByPath: false, findByQuery: false, list: false, uniqueExternalIds: false });
  await closed.faults.add([{ on: "create", action: "drop", when: "after" }]);
  const first = await failure(clientOf(closed, { storage }).generate(input()));
  const second = await failure(clientOf(closed, { storage }).generate(input()));
  assert.deepEqual([first.code, second.code], ["submission_unknown", "submission_unknown"]);
  assert.equal(second.externalTaskId, first.externalTaskId);
  assert.equal(closed.ledger.read().totals.tasks, 1);
});

test("a task that the service shows late is kept where the call has given up, and found by the next one", async () => {
  const storage = new Map();
  const slow = await quickSandbox({ uniqueExternalIds: false });
  const absent = { action: "status", status: 404, code: 1203, times: 1000 };
  const empty = { on: "list", action: "status", status: 200, body: { code: 0, message: "SUCCEED", data: [] }, times: 1000 };
  await slow.faults.add([{ on: "create", action: "drop", when: "after" }, { on: "read", ...absent }, { on: "find", ...absent }, empty]);
  const error = await failure(clientOf(slow, { storage, retry: { maxAttempts: 1 } }).generate(input()));
  assert.deepEqual([error.code, storage.size], ["network", 1]);
  slow.faults.clear();
  await clientOf(slow, { storage }).generate(input());
  assert.deepEqual([slow.ledger.read().totals.tasks, storage.size], [1, 0]);
});

test("createTask resumes as well, and forgets once its caller has the id", async () => {
  const storage = new Map();
  const faults = [{ on: "create", action: "drop", when: "after" }, { on: "any", action: "drop", times: 1000 }];
  await closedPage(storage, { when: () => sandbox.ledger.faults.length > 1, faults });
  sandbox.faults.clear();
  const task = await clientOf(sandbox, { storage }).createTask(input());
  assert.equal(task.taskId, ledger().creates[0].taskId);
  assert.equal(ledger().totals.tasks, 1);
  assert.equal(storage.size, 0);
});

test("a storage that fails before anything is sent stops the call; one that fails later does not", async () => {
  sandbox.reset();
  for (const broken of ["get", "set"]) {
    const storage = { get: () => null, set() {}, delete() {}, [broken]: () => Promise.reject(new Error("quota")) };
    const error = await failure(clientOf(sandbox, { storage }).generate(input()));
    assert.deepEqual([error.code, error.cause.message], ["configuration", "quota"]);
  }
  assert.equal(ledger().totals.tasks, 0);
  let writes = 0;
  const storage = { get: async () => null, set: () => { if (++writes > 1) throw new Error("quota"); }, delete() { throw new Error("gone"); } };
  await clientOf(sandbox, { storage }).generate(input());
  assert.equal(ledger().totals.tasks, 1);
});

test("a storage without its methods is refused", () => {
  for (const storage of [{}, { get() {}, set() {} }, "localStorage"]) {
    assert.throws(() => clientOf(sandbox, { storage }), { code: "configuration" });
  }
  for (const maxConcurrentTasks of [0, -1, NaN, "3"]) {
    assert.throws(() => clientOf(sandbox, { maxConcurrentTasks }), { code: "configuration" });
  }
});

test("a storage that gives something else than the text it was given is told, before anything is paid for", async () => {
  sandbox.reset();
  for (const kept of [{ externalTaskId: "a" }, Buffer.from("{}"), 7]) {
    const storage = { get: () => kept, set() {}, delete() {} };
    const error = await failure(clientOf(sandbox, { storage }).generate(input()));
    assert.deepEqual([error.code, /not the text/.test(error.cause.message)], ["configuration", true]);
  }
  assert.equal(ledger().requests.create ?? 0, 0);
});

test("a create of which nothing was sent leaves no record", async () => {
  sandbox.reset();
  const storage = new Map();
  const apiKey = () => Promise.reject(new Error("no key today"));
  assert.equal((await failure(clientOf(sandbox, { storage, apiKey }).generate(input()))).code, "configuration");
  assert.equal(storage.size, 0);
  const controller = new AbortController();
  const slow = { get: (name) => storage.get(name), delete: (name) => storage.delete(name), set: (name, text) => (storage.set(name, text), controller.abort()) };
  assert.equal((await failure(clientOf(sandbox, { storage: slow }).generate(input(), { signal: controller.signal }))).code, "aborted");
  assert.equal(storage.size, 0);
});

test("a router that knows nothing for a while does not make a client forget a paid task", async () => {
  const storage = new Map();
  await closedPage(storage, { when: () => (ledger().requests.read ?? 0) > 0 });
  await sandbox.faults.add([{ on: "read", action: "status", status: 404, body: { message: "Not Found" }, times: 1000 }]);
  assert.equal((await failure(clientOf(sandbox, { storage }).generate(input()))).code, "not_found");
  assert.equal(storage.size, 1);
  sandbox.faults.clear();
  await clientOf(sandbox, { storage }).generate(input());
  assert.equal(ledger().totals.tasks, 1);
});

test("a record with an id that has no place in the body is none", async () => {
  const storage = new Map();
  await closedPage(storage, { when: () => (ledger().requests.read ?? 0) > 0 });
  const [[name, text]] = [...storage];
  storage.set(name, JSON.stringify({ ...JSON.parse(text), taskId: undefined, externalTaskId: '"'.repeat(36) }));
  sandbox.reset();
  await clientOf(sandbox, { storage }).generate(input());
  assert.match(ledger().creates[0].externalTaskId, /^[0-9a-f-]{36}$/);
});

test("a token that a gateway takes no more is forgotten, and its task found by the caller's own id; a router's word is not taken", async () => {
  const externalTaskId = crypto.randomUUID();
  const record = { externalTaskId, taskId: "old.token", beganAtMs: Date.now() };
  const task = { taskId: "new.token", status: "succeed", externalTaskId, videos: [{ id: "v", url: "https://x.example/v", durationSeconds: 1 }] };
  const kept = async (refusal) => {
    let text = JSON.stringify(record);
    const storage = { get: () => text, set: (_name, next) => (text = next), delete: () => (text = undefined) };
    const fetch = async (url, { method }) => (method === "GET" && !url.includes("old.token") ? Response.json(task) : Response.json(refusal, { status: 404 }));
    const client = clientOf(sandbox, { apiKey: undefined, gatewayUrl: "https://gateway.example/avatar", baseUrl: undefined, fetch, storage });
    await failure(client.generate(input()));
    const { taskId } = JSON.parse(text);
    return { taskId, next: taskId ?? (await client.generate(input())).id, text };
  };
  assert.deepEqual(await kept({ error: { code: "not_found", message: "There is no such task, or its token has expired.", status: 404 } }), { taskId: undefined, next: "v", text: undefined });
  assert.equal((await kept({ message: "Not Found" })).taskId, "old.token");
});

test("a create that a gateway could not settle with the service is looked for by the next call", async () => {
  const task = { taskId: "a.token", status: "succeed", externalTaskId: "o", videos: [{ id: "v", url: "https://x.example/v", durationSeconds: 1 }] };
  const [storage, sent] = [new Map(), []];
  const fetch = async (_url, { method }) => {
    sent.push(method);
    return method === "GET" ? Response.json(task) : Response.json({ error: { code: "server", message: "The service failed.", retryable: true, status: 502 } }, { status: 502 });
  };
  const client = clientOf(sandbox, { apiKey: undefined, gatewayUrl: "https://gateway.example/avatar", baseUrl: undefined, fetch, storage });
  assert.deepEqual([(await failure(client.generate(input()))).code, storage.size], ["server", 1]);
  assert.equal((await client.generate(input())).id, "v");
  assert.deepEqual([sent.slice(0, 2), sent.filter((method) => method === "POST").length, storage.size], [["POST", "GET"], 1, 0]);
});
