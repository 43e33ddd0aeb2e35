// A page is told that its create waits for a place at the service, while the gateway keeps its files.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { INPUT, ORIGIN, clientOf, formOf, send, startStand, thrownBy } from "./stand.mjs";

const FULL = { on: "create", action: "status", status: 429, code: 1303 };
const FOREVER = { ...FULL, times: 1e6 };

let stand;

before(async () => {
  stand = await startStand();
});
afterEach(() => stand.sandbox.faults.clear());
after(() => stand.close());

const charged = () => stand.sandbox.ledger.read().totals.tasks;
const begin = (input, query = "?tellWaiting=1") => fetch(`${stand.url}/tasks${query}`, { method: "POST", body: formOf(input), headers: { origin: ORIGIN } });
const events = () => stand.events.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));

test("the answer begins while a place is waited for, and ends with the task", async () => {
  const before = charged();
  await stand.sandbox.faults.add(FOREVER);
  const externalTaskId = crypto.randomUUID();
  const response = await begin({ ...INPUT, externalTaskId });
  assert.deepEqual([response.status, response.headers.get("content-type"), charged()], [202, "application/json", before]);
  assert.deepEqual([response.headers.get("access-control-allow-origin"), response.headers.get("cache-control")], [ORIGIN, "no-store"]);
  stand.sandbox.faults.clear();
  const task = await response.json();
  assert.deepEqual([task.externalTaskId, task.status, charged() - before], [externalTaskId, "submitted", 1]);
  const again = await begin({ ...INPUT, externalTaskId });
  assert.deepEqual([again.status, (await again.json()).taskId, charged() - before], [200, task.taskId, 1]);
  const id = response.headers.get("x-request-id");
  assert.deepEqual(events().filter(({ requestId }) => requestId === id).map(({ status, route }) => [status, route]), [[201, "create"]]);
});

test("what is refused after waiting says its status in its contents, and comes to the page as directly", async () => {
  const before = charged();
  await stand.sandbox.faults.add([FULL, { on: "create", action: "status", status: 400, code: 1301 }]);
  const response = await begin();
  const { error } = await response.json();
  assert.deepEqual([response.status, error.code, error.status], [202, "content_policy", 400]);
  assert.ok(error.requestId);

  await stand.sandbox.faults.add([FULL, { on: "create", action: "status", status: 400, code: 1301 }]);
  const told = [];
  const thrown = await thrownBy(stand.client().createTask(INPUT, { onProgress: ({ waiting }) => waiting && told.push(waiting) }));
  assert.deepEqual([thrown.code, thrown.status, thrown.apiCode, told], ["content_policy", 400, 1301, [{ code: "concurrency_limit" }]]);
  assert.equal(charged(), before);
});

test("where no place comes in time, the page is told, waits and sends its files again, and one task is made", async () => {
  const apart = await startStand({ options: { createTimeoutMs: 2500 } });
  try {
    const statuses = [];
    await apart.sandbox.faults.add(FOREVER);
    const through = async (url, init) => {
      const response = await fetch(url, init);
      statuses.push(`${init.method} ${response.status}`);
      if (statuses.length === 2) apart.sandbox.faults.clear();
      return response;
    };
    const told = [];
    await clientOf(apart.url, { fetch: through }).createTask(INPUT, { onProgress: ({ waiting }) => waiting && told.push(waiting.code) });
    assert.equal(statuses[0], "POST 202");
    assert.equal(new Set(told).size, 1);
    assert.equal(apart.sandbox.ledger.read().totals.tasks, 1);
  } finally {
    await apart.close();
  }
});

test("who does not ask for it gets an answer only when there is one", async () => {
  const before = charged();
  await stand.sandbox.faults.add(FULL);
  const { status, body } = await send(`${stand.url}/tasks`, { method: "POST", body: formOf() });
  assert.deepEqual([status, body.status, charged() - before], [201, "submitted", 1]);
  const wrong = await send(`${stand.url}/tasks?tellWaiting=yes`, { method: "POST", body: formOf() });
  assert.deepEqual([wrong.status, wrong.body.error.code, charged() - before], [422, "invalid_request", 1]);
});

test("a page that leaves while its create waits finds one task when it comes back", async () => {
  const before = charged();
  await stand.sandbox.faults.add(FOREVER);
  const externalTaskId = crypto.randomUUID();
  const response = await begin({ ...INPUT, externalTaskId });
  await response.body.cancel();
  stand.sandbox.faults.clear();
  const task = await stand.client().createTask({ ...INPUT, externalTaskId });
  assert.deepEqual([task.externalTaskId, charged() - before], [externalTaskId, 1]);
});
