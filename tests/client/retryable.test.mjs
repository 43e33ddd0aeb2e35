import assert from "node:assert/strict";
import { test } from "node:test";
import { clientOf, failure, input, quickSandbox } from "./stand.mjs";

/** What a create may fail with, and whether the same call, repeated, pays for nothing twice. */
const FAILURES = [
  { name: "a refusal for the moment", faults: [{ on: "create", action: "status", status: 429, code: 1302, times: 9 }], code: "rate_limited", always: true },
  { name: "a create whose outcome is not known", faults: [{ on: "create", action: "drop", when: "after" }, { on: "any", action: "drop", times: 99 }], code: "submission_unknown" },
  { name: "a task that is waited for too long", options: { taskSeconds: 60 }, call: { timeoutMs: 300 }, code: "timeout" },
  { name: "a task that cannot be read any more", faults: [{ on: "read", action: "status", status: 503, code: 5001, times: 999 }], call: { timeoutMs: 300 }, code: "timeout" },
];

for (const { name, faults = [], options, call, code, always = false } of FAILURES) {
  test(`${name} may be repeated where it would be found again`, async () => {
    const sandbox = await quickSandbox(options);
    const retryable = async (clientOptions, more) => {
      sandbox.reset();
      await sandbox.faults.add(faults);
      const retry = { minDelayMs: 1, maxDelayMs: 2, maxAttempts: 2 };
      const error = await failure(clientOf(sandbox, { retry, ...clientOptions }).generate(input(more), call));
      assert.equal(error.code, code);
      assert.ok(error.taskId ?? error.externalTaskId, "how to go on is told");
      return error.retryable;
    };
    assert.equal(await retryable({}), always);
    // The service may take an id twice.
    assert.equal(await retryable({}, { externalTaskId: "own" }), always);
    assert.equal(await retryable({ storage: new Map() }), true);
  });
}

test("what fails before anything is sent may be repeated, and so may waiting", async () => {
  const sandbox = await quickSandbox({ taskSeconds: 60 });
  const early = await failure(clientOf(sandbox).generate(input(), { timeoutMs: 0 }));
  assert.deepEqual([early.code, early.retryable], ["timeout", true]);
  const { taskId } = await clientOf(sandbox).createTask(input());
  const late = await failure(clientOf(sandbox).waitForTask(taskId, { timeoutMs: 50 }));
  assert.deepEqual([late.code, late.taskId, late.retryable], ["timeout", taskId, true]);
});
