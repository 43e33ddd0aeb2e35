import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { IMAGE, KEY, SOUND, created, inProcess } from "./in-process.mjs";
import { keyHash } from "./keys.mjs";
import { CREATE_PATH } from "./routes.mjs";

const sha256 = (/** @type {string} */ base64) => createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex");

test("tells what arrived, from whom, and what it would cost", async () => {
  const sandbox = inProcess();
  const { task_id } = await created(sandbox, { external_task_id: "a", mode: "pro", watermark_info: { enabled: true } });
  const { creates, totals } = await sandbox.ledger();
  assert.deepEqual(creates, [{
    at: new Date(sandbox.clock.now()).toISOString(),
    key: await keyHash(KEY), taskId: task_id, externalTaskId: "a", mode: "pro", status: "submitted", seconds: 3, costUsd: 0.3,
    image: { bytes: Buffer.from(IMAGE, "base64").length, sha256: sha256(IMAGE) },
    sound: { bytes: Buffer.from(SOUND, "base64").length, sha256: sha256(SOUND) },
    fields: { prompt: "Speaks", external_task_id: "a", mode: "pro", watermark_info: { enabled: true } },
  }]);
  assert.deepEqual(totals, { tasks: 1, seconds: 3, costUsd: 0.3 });
});

test("charges by the length that the video really has, half in std", async () => {
  const sandbox = inProcess({ makeVideo: async () => ({ bytes: new Uint8Array(1), durationSeconds: 2.94 }) });
  await created(sandbox);
  await sandbox.clock.advance(31_000);
  const [{ status, seconds, costUsd }] = (await sandbox.ledger()).creates;
  assert.deepEqual({ status, seconds, costUsd }, { status: "succeed", seconds: 2.94, costUsd: 0.147 });
});

test("charges nothing for what is refused, and tells why", async () => {
  const sandbox = inProcess();
  await sandbox.create({ mode: "wrong" });
  await sandbox.create({}, "sk-sandbox-arrears");
  const { creates, refusals, totals } = await sandbox.ledger();
  assert.deepEqual([creates, totals.costUsd], [[], 0]);
  assert.deepEqual(refusals.map((/** @type {any} */ { kind, status, code }) => [kind, status, code]), [["create", 400, 1201], ["create", 429, 1101]]);
});

test("counts requests by kind, for all and for one key", async () => {
  const sandbox = inProcess();
  const { task_id } = await created(sandbox);
  await sandbox.read(task_id);
  await sandbox.read(task_id);
  await sandbox.read("mine");
  await sandbox.request(CREATE_PATH, {}, "sk-another-key");
  assert.deepEqual((await sandbox.ledger()).requests, { create: 1, read: 2, find: 1, list: 1 });
  assert.deepEqual((await sandbox.ledger(`?key=${await keyHash("sk-another-key")}`)).requests, { list: 1 });
  assert.deepEqual((await sandbox.ledger(`?key=${await keyHash("sk-another-key")}`)).creates, []);
});

test("never holds a key or the media", async () => {
  const sandbox = inProcess();
  await sandbox.arm([{ on: "read", action: "html", key: KEY }]);
  await created(sandbox, { external_task_id: "a" });
  await sandbox.read("1".repeat(18));
  const text = JSON.stringify([await sandbox.ledger(), await (await sandbox.request("/_sandbox/faults")).json()]);
  assert.ok(!text.includes(KEY));
  assert.ok(!text.includes(IMAGE.slice(0, 60)));
  assert.ok(!text.includes(SOUND.slice(60, 120)));
});

test("DELETE forgets the entries, reset forgets the tasks too", async () => {
  const sandbox = inProcess();
  const { task_id } = await created(sandbox);
  await sandbox.request("/_sandbox/ledger", { method: "DELETE" });
  assert.deepEqual((await sandbox.ledger()).creates, []);
  assert.equal((await sandbox.read(task_id)).status, 200);
  await sandbox.post("/_sandbox/reset", {});
  assert.equal((await sandbox.read(task_id)).status, 404);
  assert.equal(sandbox.clock.pending(), 0);
});
