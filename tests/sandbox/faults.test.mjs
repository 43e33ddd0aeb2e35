import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionLost } from "./answers.mjs";
import * as checks from "./checks.mjs";
import { KEY, created, inProcess } from "./in-process.mjs";
import { CREATE_PATH } from "./routes.mjs";

const lost = (/** @type {string} */ when) => (/** @type {unknown} */ error) => error instanceof ConnectionLost && error.when === when;
const taskCount = async (/** @type {ReturnType<typeof inProcess>} */ sandbox) => (await sandbox.ledger()).totals.tasks;

test("a drop before handling creates nothing, and strikes once", async () => {
  const sandbox = inProcess();
  await sandbox.arm([{ on: "create", action: "drop" }]);
  await assert.rejects(sandbox.create(), lost("before"));
  assert.equal(await taskCount(sandbox), 0);
  assert.equal((await sandbox.create()).status, 200);
});

test("a drop during the upload reads so much and creates nothing", async () => {
  const sandbox = inProcess();
  await sandbox.arm([{ on: "create", action: "drop", when: "during", bytes: 100 }]);
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      sent += 60;
      controller.enqueue(new Uint8Array(60));
    },
  }, { highWaterMark: 0 });
  const upload = /** @type {RequestInit} */ ({ method: "POST", body, duplex: "half" });
  await assert.rejects(sandbox.request(CREATE_PATH, upload), lost("during"));
  assert.ok(sent >= 120 && sent < 300, `${sent} bytes`);
  assert.equal(await taskCount(sandbox), 0);
});

test("a drop after handling loses the answer, not the task", async () => {
  const sandbox = inProcess();
  await sandbox.arm([{ on: "create", action: "drop", when: "after" }]);
  await assert.rejects(sandbox.create({ external_task_id: "a" }), lost("after"));
  assert.equal(await taskCount(sandbox), 1);
  assert.equal((await sandbox.read("a")).status, 200);
});

test("any status with any headers and body, before handling", async () => {
  const sandbox = inProcess();
  await sandbox.arm([{ on: "create", action: "status", status: 429, headers: { "retry-after": "7" }, body: { code: 1302, message: "slow" } }]);
  const response = await sandbox.create();
  assert.deepEqual([response.status, response.headers.get("retry-after"), await response.json()], [429, "7", { code: 1302, message: "slow" }]);
  assert.equal(await taskCount(sandbox), 0);
});

test("a status after handling: created, and yet a 504", async () => {
  const sandbox = inProcess();
  await sandbox.arm([{ on: "create", action: "status", status: 504, when: "after", body: "<gateway timeout>" }]);
  const response = await sandbox.create();
  assert.deepEqual([response.status, await response.text()], [504, "<gateway timeout>"]);
  assert.equal(await taskCount(sandbox), 1);
});

test("a status without a body answers in the current envelope", async () => {
  const sandbox = inProcess({ options: { envelope: "comet" } });
  await sandbox.arm([{ on: "any", action: "status", status: 503, code: 5001, message: "maintenance", times: 2 }]);
  assert.match((await (await sandbox.create()).json()).error.message, /^maintenance \(request id/);
  await sandbox.post("/_sandbox/options", { envelope: "kling" });
  assert.equal((await (await sandbox.create()).json()).code, 5001);
});

test("a 204 has no body", async () => {
  const sandbox = inProcess();
  await sandbox.arm([{ on: "any", action: "status", status: 204 }, { on: "any", action: "status", status: 204, body: "x" }]);
  assert.equal((await sandbox.create()).status, 204);
  assert.equal((await sandbox.create()).status, 204);
});

test("delays before and after handling", async () => {
  const sandbox = inProcess();
  await sandbox.arm([{ on: "create", action: "delay", ms: 1000 }, { on: "create", action: "delay", when: "after", ms: 5000 }]);
  let answered = false;
  const answer = sandbox.create().then((response) => { answered = true; return response; });
  const timers = async (/** @type {number} */ count) => { while (sandbox.clock.pending() !== count) await new Promise(setImmediate); };
  await timers(1);
  await sandbox.clock.advance(999);
  assert.equal(await taskCount(sandbox), 0);
  await sandbox.clock.advance(1);
  await timers(2);
  assert.deepEqual([await taskCount(sandbox), answered], [1, false]);
  await sandbox.clock.advance(4999);
  assert.equal(answered, false);
  await sandbox.clock.advance(1);
  assert.equal((await answer).status, 200);
});

test("a truncated answer promises more than it gives", async () => {
  const sandbox = inProcess();
  await sandbox.arm([{ on: "create", action: "truncate" }, { on: "create", action: "truncate", bytes: 0 }]);
  const response = await sandbox.create();
  assert.ok(Number(response.headers.get("content-length")) > 100);
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const { value } = await reader.read();
  assert.equal(value?.length, Number(response.headers.get("content-length")) >> 1);
  await assert.rejects(reader.read());
  await assert.rejects((await sandbox.create()).text());
  assert.equal(await taskCount(sandbox), 2);
});

test("html, redirects and garbage in place of an answer", async () => {
  const sandbox = inProcess();
  await sandbox.arm([
    { on: "create", action: "html", status: 200 },
    { on: "create", action: "redirect", status: 302, location: "https://elsewhere.test/" },
    { on: "create", action: "garbage", bytes: 100_000 },
  ]);
  const html = await sandbox.create();
  assert.deepEqual([html.status, html.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
  const redirect = await sandbox.create();
  assert.deepEqual([redirect.status, redirect.headers.get("location")], [302, "https://elsewhere.test/"]);
  const garbage = new Uint8Array(await (await sandbox.create()).arrayBuffer());
  assert.equal(garbage.length, 100_000);
  assert.throws(() => JSON.parse(new TextDecoder().decode(garbage)));
  assert.equal(await taskCount(sandbox), 0);
});

test("100 MB of garbage are streamed, not held", async () => {
  const sandbox = inProcess();
  await sandbox.arm([{ on: "create", action: "garbage", bytes: 100 * 1024 * 1024 }]);
  const reader = /** @type {ReadableStream<Uint8Array>} */ ((await sandbox.create()).body).getReader();
  for (let chunk = 0; chunk < 3; chunk++) assert.equal((await reader.read()).value?.length, 65_536);
  await reader.cancel();
});

test("faults strike only their kind, after so many, so many times", async () => {
  const sandbox = inProcess();
  const { task_id } = await created(sandbox);
  await sandbox.arm([{ on: "read", action: "status", status: 500, after: 2, times: 3 }]);
  const statuses = [];
  for (let read = 0; read < 7; read++) {
    statuses.push((await sandbox.read(task_id)).status);
    assert.equal((await sandbox.request(CREATE_PATH)).status, 200);
  }
  assert.deepEqual(statuses, [200, 200, 500, 500, 500, 200, 200]);
  assert.equal((await sandbox.ledger()).faults.length, 3);
});

test("of two faults for one request the first counts, the second waits", async () => {
  const sandbox = inProcess();
  await sandbox.arm([{ on: "any", action: "status", status: 500 }, { on: "any", action: "status", status: 503 }]);
  assert.deepEqual([(await sandbox.create()).status, (await sandbox.create()).status, (await sandbox.create()).status], [500, 503, 200]);
});

test("a fault may be for one key", async () => {
  const sandbox = inProcess();
  await sandbox.arm([{ on: "create", action: "status", status: 500, key: "sk-another-key" }]);
  assert.equal((await sandbox.create({}, KEY)).status, 200);
  assert.equal((await sandbox.create({}, "sk-another-key")).status, 500);
});

test("probability is drawn from the seed, each fault by itself", async () => {
  const run = async (/** @type {number} */ seed) => {
    const sandbox = inProcess({ seed });
    await sandbox.arm([{ on: "list", action: "status", status: 500, probability: 0.5, times: 1000 }]);
    let drawn = "";
    for (let at = 0; at < 40; at++) drawn += (await sandbox.request(CREATE_PATH)).status === 500 ? "x" : ".";
    return drawn;
  };
  const first = await run(11);
  assert.equal(await run(11), first);
  assert.notEqual(await run(12), first);
  assert.ok(first.split("x").length > 8 && first.split(".").length > 8, first);
});

test("faults are read, cleared, and refused when they make no sense", async () => {
  const sandbox = inProcess();
  await sandbox.arm([{ on: "create", action: "drop", times: 4 }]);
  const armed = await (await sandbox.request("/_sandbox/faults")).json();
  assert.deepEqual([armed.length, armed[0].left], [1, 4]);
  await sandbox.request("/_sandbox/faults", { method: "DELETE" });
  assert.deepEqual(await (await sandbox.request("/_sandbox/faults")).json(), []);
  for (const wrong of [
    { on: "nothing", action: "drop" }, { on: "create", action: "explode" }, { on: "create", action: "lose" }, { on: "callback", action: "drop" },
    { on: "create", action: "status" }, { on: "create", action: "delay" }, { on: "create", action: "drop", when: "never" },
    { on: "create", action: "html", when: "during" }, { on: "create", action: "garbage", bytes: 1e9 }, null, "drop",
  ]) {
    const response = await sandbox.arm([{ on: "create", action: "drop" }, wrong]);
    assert.equal(response.status, 400, JSON.stringify(wrong));
  }
  assert.deepEqual(await (await sandbox.request("/_sandbox/faults")).json(), []);
});

test("a reset cuts the requests that wait, and nothing of them remains", async () => {
  const sandbox = inProcess();
  await sandbox.arm([{ on: "create", action: "delay", ms: 1000 }]);
  const waiting = assert.rejects(sandbox.create(), lost("during"));
  while (sandbox.clock.pending() !== 1) await new Promise(setImmediate);
  sandbox.api.reset();
  await waiting;
  await sandbox.clock.advance(10_000);
  assert.deepEqual([await taskCount(sandbox), sandbox.clock.pending()], [0, 0]);
});

for (const kind of /** @type {const} */ (["create", "speak"])) {
  test(`${kind}: what is being handled at a reset is cut, and leaves nothing either`, async () => {
    let reached = () => {};
    let goOn = () => {};
    const held = new Promise((resolve) => { reached = () => resolve(undefined); });
    const gate = new Promise((resolve) => { goOn = () => resolve(undefined); });
    const hold = () => (reached(), gate);
    const sandbox = inProcess({
      checks: { ...checks, checkOrder: async (...order) => (await hold(), checks.checkOrder(...order)) },
      speech: async () => (await hold(), { bytes: new Uint8Array(2), type: "audio/mpeg", extension: "mp3", seconds: 3 }),
    });
    const handled = assert.rejects(sandbox[kind](), lost("during"));
    await held;
    sandbox.api.reset();
    goOn();
    await handled;
    const { totals, speeches } = await sandbox.ledger();
    assert.deepEqual([totals.tasks, speeches], [0, []]);
  });
}
