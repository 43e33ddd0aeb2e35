import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freePort } from "./free-port.mjs";
import { GATEWAY_URL, inProcess } from "./in-process.mjs";
import { INPUT, formOf, startStand } from "./stand.mjs";

let stand;
let client;

before(async () => {
  const port = await freePort();
  stand = await startStand({ port, options: { publicUrl: `http://127.0.0.1:${port}/avatar` }, sandbox: { options: { taskSeconds: 3 }, speed: 1 } });
  client = stand.client();
});
after(() => stand.close());

const reads = () => stand.sandbox.ledger.read().requests.read ?? 0;
const callbackUrl = () => stand.sandbox.ledger.read().creates.at(-1).fields.callback_url ?? stand.sandbox.ledger.read().callbacks.at(-1).url;
const deliver = (url, body) => fetch(url, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });

test("a page that waits learns of the end within a second, with few reads", async () => {
  const task = await client.createTask(INPUT);
  const before = reads();
  const video = await client.waitForTask(task.taskId);
  const learned = Date.now();
  const ended = (await client.getTask(task.taskId)).updatedAt;
  assert.ok(learned - ended < 1000, `${learned - ended} ms after the end`);
  assert.ok(video.url);
  assert.ok(reads() - before <= 12, `${reads() - before} reads`);
  assert.ok(stand.sandbox.ledger.read().callbacks.every(({ status }) => status === 200));
});

for (const [name, answer] of Object.entries({
  "answered by a proxy with a 504": () => new Response("<h1>Gateway Timeout</h1>", { status: 504, headers: { "content-type": "text/html" } }),
  "cut off": () => Promise.reject(new TypeError("fetch failed")),
})) {
  test(`where reads that are held are ${name}, the page polls`, async () => {
    const kinds = [];
    const through = async (url, init) => {
      const isHeld = String(url).includes("waitSeconds");
      if (init.method === "GET") kinds.push(isHeld ? "held" : "plain");
      return isHeld ? answer() : fetch(url, init);
    };
    const video = await stand.client({ fetch: through, poll: { minIntervalMs: 50, maxIntervalMs: 300 } }).generate(INPUT);
    assert.ok(video.url);
    const held = kinds.filter((kind) => kind === "held").length;
    assert.ok(held > 0 && kinds.length >= 3 * held, kinds.join(" "));
  });
}

test("a callback that never comes is made up for by reading", async () => {
  await stand.sandbox.faults.add({ on: "callback", action: "lose", times: 9 });
  assert.ok((await client.generate(INPUT)).url);
  stand.sandbox.faults.clear();
});

test("a replayed callback is dropped, and a flood of them reads nothing", async () => {
  await client.generate(INPUT);
  const { url, taskId } = stand.sandbox.ledger.read().callbacks.at(-1);
  const before = reads();
  for (let n = 0; n < 200; n++) {
    const response = await deliver(url, { task_id: taskId, task_status: "succeed", updated_at: 1 });
    await response.body.cancel();
  }
  assert.ok(reads() - before <= 1, `${reads() - before} reads`);
  await Promise.all(Array.from({ length: 200 }, async (_, n) => (await deliver(url, { task_id: taskId, task_status: "succeed", updated_at: n + 2 })).body.cancel()));
  assert.ok(reads() - before <= 40, `${reads() - before} reads`);
});

test("a callback proves nothing: a task that is said to have ended is read, and one of another is refused", async () => {
  const mine = await client.createTask({ ...INPUT, prompt: "[never]" });
  const url = callbackUrl();
  const { taskId } = stand.sandbox.ledger.read().creates.at(-1);
  assert.equal((await deliver(url, { task_id: taskId, task_status: "succeed", task_result: { videos: [{ id: "x", url: "https://evil.test/" }] } })).status, 200);
  const read = await client.getTask(mine.taskId);
  assert.notEqual(read.status, "succeed");
  assert.deepEqual(read.videos, []);
  const other = stand.sandbox.ledger.read().creates[0].taskId;
  assert.equal((await deliver(url, { task_id: other, task_status: "succeed" })).status, 404);
});

test("a secret path that is wrong leads nowhere, and is read no further", async () => {
  // The service's own callbacks are read, too; they would be counted.
  await stand.sandbox.faults.add({ on: "callback", action: "lose", times: 99 });
  const url = callbackUrl();
  const mine = await client.createTask(INPUT);
  const before = reads();
  for (const wrong of [url.slice(0, -1), url.replace(/callbacks\/.*/, `callbacks/${mine.taskId}`), `${url}A`, url.replace(/\.[^.]*$/, `.${"A".repeat(43)}`)]) {
    const response = await deliver(wrong, { task_id: "1", task_status: "succeed" });
    assert.equal(response.status, 404);
    await response.body.cancel();
  }
  const task = await stand.send(`/tasks/${url.split("/").at(-1)}`);
  assert.equal(task.status, 404);
  assert.equal(reads(), before);
  const deep = `{"task_id":"1","task_status":"succeed","updated_at":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
  for (const body of ["", "[]", "{}", "{\"task_id\":1}", "{\"data\":5}", "{\"data\":{\"task_id\":\"1\"}}", deep, "x".repeat(70_000)]) {
    const response = await fetch(url, { method: "POST", body });
    assert.ok([400, 413].includes(response.status), String(response.status));
    await response.body.cancel();
  }
});

test("a callback URL of the page's, where it is forwarded, goes before the gateway's own", async () => {
  const own = inProcess({ publicUrl: GATEWAY_URL, allow: ["callbackUrl"] });
  for (const [callbackUrl, told] of [["https://shop.example/hook", /^https:\/\/shop\.example\/hook$/], [undefined, /^https:\/\/gateway\.example\/avatar\/callbacks\//]]) {
    assert.equal((await own.ask("/tasks", { method: "POST", body: formOf({ ...INPUT, callbackUrl }) })).status, 201);
    assert.match(own.told.callbackUrl, told);
  }
});

test("a callback is taken for a day, and looked at once for each status and time", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  const { data, told, events, ask } = inProcess({ publicUrl: GATEWAY_URL });
  await ask("/tasks", { method: "POST", body: formOf() });
  const say = async (more) => (await ask(told.callbackUrl.slice(GATEWAY_URL.length), { method: "POST", body: JSON.stringify({ ...data, ...more }) })).status;
  const readsOf = async (more) => [await say(more), told.reads];
  assert.deepEqual(await readsOf({}), [200, 1]);
  assert.equal(events.at(-1).taskId, "7");
  assert.deepEqual(await readsOf({}), [200, 1]);
  assert.deepEqual(await readsOf({ task_status: "processing" }), [200, 2]);
  assert.deepEqual(await readsOf({ updated_at: 1 }), [200, 3]);
  assert.equal((await ask(told.callbackUrl.slice(GATEWAY_URL.length), { method: "POST", body: JSON.stringify({ data: { ...data, updated_at: 2 } }) })).status, 200);
  assert.equal(told.reads, 4);
  t.mock.timers.tick(23.9 * 3_600_000);
  assert.equal(await say({ updated_at: 3 }), 200);
  t.mock.timers.tick(0.2 * 3_600_000);
  assert.equal(await say({ updated_at: 4 }), 404);
});
