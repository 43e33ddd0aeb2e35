import assert from "node:assert/strict";
import { test } from "node:test";
import { clientOf, input, quickSandbox, until } from "./stand.mjs";

/** What a call was told, as `code` where something has to pass and `phase` where it goes on, each change once. */
function story() {
  const told = [];
  const onProgress = ({ phase, waiting }) => {
    const word = waiting?.code ?? phase;
    if (told.at(-1) !== word) told.push(word);
  };
  return { told, onProgress };
}

test("while a task cannot be read the caller is told why, and that it can be again", async () => {
  const sandbox = await quickSandbox({ taskSeconds: 3600 });
  const client = clientOf(sandbox);
  const { told, onProgress } = story();
  const { taskId } = await client.createTask(input());
  const control = new AbortController();
  const waits = client.waitForTask(taskId, { signal: control.signal, onProgress }).catch(({ code }) => code);
  for (const [action, code] of [[{ action: "status", status: 503 }, "server"], [{ action: "drop" }, "network"], [{ action: "html", status: 200 }, "invalid_response"]]) {
    await sandbox.faults.add([{ on: "read", ...action }]);
    await until(() => told.includes(code) && /submitted|processing/.test(told.at(-1)));
  }
  control.abort();
  assert.equal(await waits, "aborted");
});

test("how long it takes until the next read is told", async () => {
  const sandbox = await quickSandbox();
  const client = clientOf(sandbox);
  await sandbox.faults.add([{ on: "read", action: "status", status: 429, code: 1302, headers: { "Retry-After": "1" } }]);
  const told = [];
  await client.generate(input(), { onProgress: ({ waiting, task }) => waiting && told.push([waiting.code, waiting.delayMs >= 1000, task]) });
  assert.deepEqual(told, [["rate_limited", true, undefined]]);
});
