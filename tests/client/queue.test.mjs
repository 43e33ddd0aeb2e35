import assert from "node:assert/strict";
import { test } from "node:test";
import { clientOf, failure, input, quickSandbox, until } from "./stand.mjs";

test("a hundred at once take turns in the order of their calls, and are never refused", async () => {
  const sandbox = await quickSandbox({ concurrency: 3 });
  const client = clientOf(sandbox, { maxConcurrentTasks: 3 });
  const videos = await Promise.all(Array.from({ length: 100 }, (_, at) => client.generate(input({ externalTaskId: `n-${at}` }))));
  const ledger = sandbox.ledger.read();
  assert.equal(new Set(videos.map(({ id }) => id)).size, 100);
  assert.equal(ledger.refusals.length, 0);
  assert.equal(ledger.requests.create, 100);
  const order = ledger.creates.map(({ externalTaskId }) => Number(externalTaskId.slice(2)));
  // Three are under way at a time, so that neighbours may arrive in any order.
  assert.ok(order.every((at, place) => Math.abs(at - place) < 3), String(order));
});

test("each one that waits can be cancelled, and holds nobody up", async () => {
  const sandbox = await quickSandbox();
  const client = clientOf(sandbox, { maxConcurrentTasks: 1 });
  const first = new AbortController();
  const blocking = failure(client.generate(input({ prompt: "[never]" }), { signal: first.signal }));
  await until(() => sandbox.ledger.creates.length === 1);
  const controllers = Array.from({ length: 6 }, () => new AbortController());
  const told = [];
  const waiting = controllers.map(({ signal }, at) =>
    client.generate(input({ externalTaskId: `n-${at}` }), { signal, onProgress: ({ waiting }) => waiting && told.push([at, waiting.code]) }));
  const cancelled = [1, 2, 5].map((at) => failure(waiting[at]));
  for (const at of [1, 2, 5]) controllers[at].abort();
  assert.deepEqual((await Promise.all(cancelled)).map(({ code }) => code), ["aborted", "aborted", "aborted"]);
  assert.equal(sandbox.ledger.creates.length, 1, "nothing is sent out of turn");
  first.abort();
  await blocking;
  await Promise.all([0, 3, 4].map((at) => waiting[at]));
  assert.deepEqual(sandbox.ledger.creates.slice(1).map(({ externalTaskId }) => externalTaskId), ["n-0", "n-3", "n-4"]);
  assert.ok(told.length >= 3 && told.every(([, code]) => code === "concurrency_limit"));
});

test("a call that fails before it is sent gives its place back", async () => {
  const sandbox = await quickSandbox();
  const client = clientOf(sandbox, { maxConcurrentTasks: 1 });
  assert.equal((await failure(client.generate(input({ prompt: "[unsafe]" })))).code, "content_policy");
  assert.equal((await failure(client.generate(input({ prompt: "" })))).code, "invalid_input");
  assert.equal((await failure(client.generate(input(), { timeoutMs: 0 }))).code, "timeout");
  await client.generate(input());
});

test("the account's own limit is waited for, and told", async () => {
  const sandbox = await quickSandbox({ concurrency: 1, taskSeconds: 0.5 });
  const client = clientOf(sandbox);
  const told = [];
  const onProgress = ({ waiting }) => waiting && told.push(waiting);
  await Promise.all([client.generate(input(), { onProgress }), client.generate(input(), { onProgress })]);
  assert.equal(sandbox.ledger.read().totals.tasks, 2);
  assert.ok(told.length > 0 && told.every(({ code, delayMs }) => code === "concurrency_limit" && delayMs >= 1000), JSON.stringify(told));
});

test("a hundred at once with a bad line are each paid for once", async () => {
  const sandbox = await quickSandbox({}, { seed: "queue" });
  await sandbox.faults.add([
    { on: "create", action: "drop", when: "after", probability: 0.3, times: 1000 },
    { on: "any", action: "drop", reset: true, probability: 0.1, times: 1000 },
    { on: "any", action: "status", status: 503, code: 5001, probability: 0.1, times: 1000 },
  ]);
  const client = clientOf(sandbox, { maxConcurrentTasks: 10, retry: { maxAttempts: 8, minDelayMs: 5, maxDelayMs: 50 } });
  const ids = Array.from({ length: 100 }, (_, at) => `n-${at}`);
  await Promise.all(ids.map((externalTaskId) => client.generate(input({ externalTaskId }))));
  assert.deepEqual(sandbox.ledger.creates.map(({ externalTaskId }) => externalTaskId).sort(), ids.sort());
});
