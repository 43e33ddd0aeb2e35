// Tokens are worth something for one purpose, one subject and a time only.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { INPUT, SECRET, formOf, refusals, send, startStand } from "./stand.mjs";

const SPOKEN = { text: "Hello there, my friend, how are you today? It has been so long.", voiceId: "genshin_vindi2", voiceLanguage: "en" };
const alice = { "x-user": "alice" };
const mallory = { "x-user": "mallory" };

let stand;
let refused;
let task;

before(async () => {
  stand = await startStand({ options: { users: true, publicUrl: "http://127.0.0.1:9/avatar" } });
  refused = refusals(stand);
  task = (await post(formOf(), alice)).body;
});
after(() => stand.close());

const post = (body, headers, path = "/tasks") => send(`${stand.url}${path}`, { method: "POST", body, headers });
const postJson = (value, path) => post(JSON.stringify(value), { ...alice, "content-type": "application/json" }, path);
const get = (path, headers = alice) => send(`${stand.url}${path}`, { headers });
const charged = () => stand.sandbox.ledger.read().totals.tasks;
const reads = () => stand.sandbox.ledger.read().requests.read ?? 0;

/** What this gateway itself would write. */
function tokenOf(purpose, { expiresAtSeconds, taskId, externalTaskId = "" }, subject, secret = SECRET) {
  const payload = [expiresAtSeconds, taskId, externalTaskId].join("\n");
  const mac = createHmac("sha256", secret).update(`kling-avatar ${purpose} 1\n${payload}\n${subject}`).digest("base64url");
  return `${Buffer.from(payload).toString("base64url")}.${mac}`;
}

test("forged, truncated, altered and foreign tokens all lead nowhere", async () => {
  const before = charged();
  const token = task.taskId;
  const [payload, mac] = token.split(".");
  const other = Buffer.from(Buffer.from(payload, "base64url").toString().replace(/\d$/m, (digit) => (digit + 1) % 10)).toString("base64url");
  const forged = [
    token.slice(0, -1), token.slice(0, 60), `${payload}.`, `.${mac}`, `${token}A`, `${token}=`, `${token}.${mac}`, `${other}.${mac}`,
    `${payload}.${"A".repeat(43)}`, `${payload}.${mac.toLowerCase()}`, "a.b", "0.0", `${"A".repeat(3000)}.${mac}`,
  ];
  for (const each of forged.filter((each) => each !== token)) {
    for (const suffix of ["", "/video"]) await refused(get(`/tasks/${each}${suffix}`), 404, "not_found", before);
  }
});

test("a stolen token is worth nothing to another subject, or to nobody", async () => {
  const before = charged();
  for (const suffix of ["", "/video", "?known=submitted&waitSeconds=5"]) {
    await refused(get(`/tasks/${task.taskId}${suffix}`, mallory), 404, "not_found", before);
    await refused(get(`/tasks/${task.taskId}${suffix}`, {}), 401, "authentication", before);
  }
  await refused(get(`/tasks?externalTaskId=${task.externalTaskId}`, mallory), 404, "not_found", before);
});

test("a token ends at its time, everywhere", async () => {
  const before = charged();
  const { taskId } = stand.sandbox.ledger.read().creates.at(-1);
  const [now, claims] = [Math.floor(Date.now() / 1000), { taskId, externalTaskId: task.externalTaskId }];
  const ours = tokenOf("task", { ...claims, expiresAtSeconds: now + 60 }, "s:alice");
  assert.equal((await get(`/tasks/${ours}`)).status, 200);
  const seen = reads();
  const expired = tokenOf("task", { ...claims, expiresAtSeconds: now - 1 }, "s:alice");
  for (const suffix of ["", "/video", "?known=submitted&waitSeconds=5"]) await refused(get(`/tasks/${expired}${suffix}`), 404, "not_found", before);
  const secret = tokenOf("callback", { ...claims, expiresAtSeconds: now - 1 }, "");
  await refused(postJson({ task_id: taskId, task_status: "succeed" }, `/callbacks/${secret}`), 404, "not_found", before);
  const spoken = tokenOf("speech", { taskId: "1", expiresAtSeconds: now - 1 }, "s:alice");
  const { soundFile: _, ...rest } = INPUT;
  await refused(post(formOf({ ...rest, audioId: spoken }), alice), 422, "invalid_input", before);
  const leaked = tokenOf("task", { ...claims, expiresAtSeconds: now + 60 }, "s:alice", `${SECRET}x`);
  await refused(get(`/tasks/${leaked}`), 404, "not_found", before);
  assert.equal(reads(), seen);
});

test("a token of one route opens no other, and of nobody in particular none of somebody's", async () => {
  const before = charged();
  const { body: speech } = await postJson(SPOKEN, "/speech");
  const secret = stand.sandbox.ledger.read().creates.at(-1).fields.callback_url.split("/").at(-1);
  const seen = reads();
  for (const token of [speech.audioId, secret]) {
    for (const suffix of ["", "/video"]) await refused(get(`/tasks/${token}${suffix}`), 404, "not_found", before);
  }
  for (const token of [task.taskId, speech.audioId]) {
    await refused(postJson({ task_id: "1", task_status: "succeed" }, `/callbacks/${token}`), 404, "not_found", before);
  }
  const { soundFile: _, ...rest } = INPUT;
  for (const audioId of [task.taskId, secret]) await refused(post(formOf({ ...rest, audioId }), alice), 422, "invalid_input", before);
  const expiresAtSeconds = Math.floor(Date.now() / 1000) + 60;
  const { taskId } = stand.sandbox.ledger.read().creates.at(-1);
  for (const subject of ["", "alice", "s:", "s:Alice", "s:alice ", "s:alice\n"]) {
    await refused(get(`/tasks/${tokenOf("task", { taskId, externalTaskId: "1", expiresAtSeconds }, subject)}`), 404, "not_found", before);
  }
  assert.equal(reads(), seen);
});

test("speech of another subject, of the service's own ids or forged makes no task", async () => {
  const { body: speech } = await postJson(SPOKEN, "/speech");
  const { soundFile: _, ...rest } = INPUT;
  const before = charged();
  const [payload, mac] = speech.audioId.split(".");
  const [, inside] = Buffer.from(payload, "base64url").toString().split("\n");
  for (const audioId of [inside, `${payload}.${"A".repeat(43)}`, `${payload}A.${mac}`, task.taskId, "1"]) {
    const { body } = await refused(post(formOf({ ...rest, audioId }), alice), 422, "invalid_input", before);
    assert.deepEqual(body.error.problems.map(({ field, code }) => [field, code]), [["audioId", "invalid_value"]]);
  }
  await refused(post(formOf({ ...rest, audioId: speech.audioId }), mallory), 422, "invalid_input", before);
  const made = await post(formOf({ ...rest, audioId: speech.audioId }), alice);
  assert.equal(made.status, 201, made.text);
  assert.equal(stand.sandbox.ledger.read().creates.at(-1).fields.audio_id ?? inside, inside);
});
