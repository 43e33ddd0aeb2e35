import assert from "node:assert/strict";
import { test } from "node:test";
import { created, inProcess } from "./in-process.mjs";

const HOOK = "http://127.0.0.1:9/hook";

/** A sandbox whose callbacks are collected. @param {number} [status] @param {Partial<import("./options.mjs").Options>} [options] */
function withHook(status = 200, options = {}) {
  /** @type {any[]} */
  const calls = [];
  const fetch = /** @type {typeof globalThis.fetch} */ (async (url, init) => {
    calls.push({ url: String(url), method: init?.method, at: sandbox.clock.now(), ...JSON.parse(String(init?.body)) });
    return new Response(null, { status });
  });
  const sandbox = inProcess({ fetch, options });
  return { ...sandbox, calls, statuses: () => calls.map(({ task_status }) => task_status).join(" ") };
}

test("every change of status is delivered, with what a read would give", async () => {
  const sandbox = withHook();
  const { task_id } = await created(sandbox, { callback_url: HOOK, external_task_id: "a" });
  await sandbox.clock.advance(31_000);
  assert.equal(sandbox.statuses(), "processing succeed");
  const { url, method, at: _, ...last } = sandbox.calls[1];
  assert.deepEqual([url, method], [HOOK, "POST"]);
  assert.deepEqual(last, (await (await sandbox.read(task_id)).json()).data);
  const { callbacks } = await sandbox.ledger();
  assert.deepEqual(callbacks.map((/** @type {any} */ { taskStatus, status }) => [taskStatus, status]), [["processing", 200], ["succeed", 200]]);
});

test("a failure is delivered with its reason; a hook that refuses is noted", async () => {
  const sandbox = withHook(500);
  await created(sandbox, { callback_url: HOOK, prompt: "[fail: no face]" });
  await sandbox.clock.advance(31_000);
  assert.equal(sandbox.calls[1].task_status_msg, "no face");
  assert.equal((await sandbox.ledger()).callbacks[1].status, 500);
});

test("a hook that cannot be reached is noted", async () => {
  const sandbox = inProcess();
  await created(sandbox, { callback_url: HOOK });
  await sandbox.clock.advance(31_000);
  assert.equal((await sandbox.ledger()).callbacks[0].error, "no network in this test");
});

test("other machines are called only when that is allowed", async () => {
  const sandbox = withHook();
  await created(sandbox, { callback_url: "https://example.com/hook" });
  await sandbox.clock.advance(31_000);
  assert.deepEqual([sandbox.calls, (await sandbox.ledger()).callbacks[0].error], [[], "not a loopback address"]);
  const open = withHook(200, { allowRemote: true });
  await created(open, { callback_url: "https://example.com/hook" });
  await open.clock.advance(31_000);
  assert.equal(open.statuses(), "processing succeed");
});

for (const [name, fault, expected] of /** @type {const} */ ([
  ["lost", { action: "lose" }, "succeed"],
  ["repeated", { action: "repeat", count: 3 }, "processing processing processing succeed"],
  ["late", { action: "late", ms: 60_000 }, "succeed processing"],
])) {
  test(`a callback may be ${name}`, async () => {
    const sandbox = withHook();
    await sandbox.arm([{ on: "callback", ...fault }]);
    await created(sandbox, { callback_url: HOOK });
    await sandbox.clock.advance(200_000);
    assert.equal(sandbox.statuses(), expected);
    assert.ok((await sandbox.ledger()).callbacks.some((/** @type {any} */ entry) => entry.fault === fault.action));
  });
}

test("callbacks may be out of order: one waits for the next", async () => {
  const sandbox = withHook();
  await sandbox.arm([{ on: "callback", action: "reorder", ms: 60_000 }]);
  await created(sandbox, { callback_url: HOOK });
  await sandbox.clock.advance(31_000);
  assert.equal(sandbox.statuses(), "succeed processing");
  await sandbox.clock.advance(200_000);
  assert.equal(sandbox.calls.length, 2);
});

test("a callback held back comes in the end, also when no other follows", async () => {
  const sandbox = withHook();
  await sandbox.arm([{ on: "callback", action: "reorder", after: 1 }]);
  await created(sandbox, { callback_url: HOOK });
  await sandbox.clock.advance(31_000);
  assert.equal(sandbox.statuses(), "processing");
  await sandbox.clock.advance(5_000);
  assert.equal(sandbox.statuses(), "processing succeed");
});

test("nothing is delivered after a reset", async () => {
  const sandbox = withHook();
  await created(sandbox, { callback_url: HOOK });
  sandbox.api.reset();
  await sandbox.clock.advance(200_000);
  assert.deepEqual(sandbox.calls, []);
});
