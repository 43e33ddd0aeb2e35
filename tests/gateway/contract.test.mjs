import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AvatarClient, AvatarError } from "../../dist/node.js";
import { SPECIAL_KEYS } from "../sandbox/keys.mjs";
import { INPUT, QUICK, clientOf, startStand, thrownBy } from "./stand.mjs";

let stand;
let client;

before(async () => {
  stand = await startStand();
  client = stand.client();
});
after(() => stand.close());

test("generate gives a video that downloads whole, with the progress of a page", async () => {
  const seen = [];
  const video = await client.generate(INPUT, { onProgress: ({ phase, task }) => seen.push(task ? `${phase} ${task.status}` : phase) });
  assert.equal(video.durationSeconds, 7.8);
  assert.ok(video.url.startsWith(`${stand.url}/tasks/`), video.url);
  const order = ["reading", "uploading", "submitted submitted", "processing succeed"];
  assert.deepEqual(order.filter((step) => seen.includes(step)), order);
  const loaded = [];
  const blob = await client.download(video, { onProgress: ({ loadedBytes, totalBytes }) => loadedBytes && loaded.push([loadedBytes, totalBytes]) });
  assert.deepEqual([blob.size, blob.type, loaded.at(-1)], [300_000, "video/mp4", [300_000, 300_000]]);
});

test("the service receives exactly the files and fields of the page, under an id of the gateway's", async () => {
  const externalTaskId = crypto.randomUUID();
  const task = await client.createTask({ ...INPUT, prompt: "Sie sagt „Grüße“ \"\\\n😀", mode: "pro", externalTaskId });
  assert.equal(task.externalTaskId, externalTaskId);
  const charge = stand.sandbox.ledger.read().creates.at(-1);
  const sha256 = async (bytes) => Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
  assert.equal(charge.image.sha256, await sha256(INPUT.image));
  assert.equal(charge.sound.sha256, await sha256(INPUT.soundFile));
  assert.equal(charge.fields.prompt, "Sie sagt „Grüße“ \"\\\n😀");
  assert.equal(charge.mode, "pro");
  assert.match(charge.externalTaskId, /^ka-[\w-]{32}$/);
  assert.notEqual(task.taskId, charge.taskId);
  assert.ok(!JSON.stringify(task).includes(charge.taskId));
});

test("tasks are read, waited for, watched and found under their token", async () => {
  const created = await client.createTask(INPUT);
  const statuses = [];
  for await (const task of client.watchTask(created.taskId)) {
    statuses.push(task.status);
    assert.equal(task.taskId, created.taskId);
    assert.ok(task.createdAt instanceof Date && Math.abs(task.createdAt - Date.now()) < 60_000);
  }
  assert.equal(statuses.at(-1), "succeed");
  assert.deepEqual(statuses, [...new Set(statuses)]);
  const read = await client.getTask(created.taskId);
  const found = await client.findTask(created.externalTaskId);
  assert.deepEqual({ ...found, requestId: 0 }, { ...read, requestId: 0 });
  assert.equal((await client.waitForTask(created.taskId)).id, read.videos[0].id);
  assert.equal(await client.findTask(crypto.randomUUID()), undefined);
});

test("speech gives an id of which a video is made", async () => {
  const speech = await client.synthesizeSpeech({ text: "Hello there, my friend, how are you today? I have not seen you for a long time.", voiceId: "genshin_vindi2", voiceLanguage: "zh", voiceSpeed: 0.9 });
  assert.ok(speech.audioId && speech.durationSeconds > 0);
  const { soundFile: _, ...rest } = INPUT;
  const task = await client.createTask({ ...rest, audioId: speech.audioId });
  assert.equal(task.status, "submitted");
  const wrong = await thrownBy(client.synthesizeSpeech({ text: "Hello", voiceId: "no_such_voice", voiceLanguage: "zh" }));
  assert.deepEqual([wrong.code, wrong.apiCode, wrong.retryable], ["invalid_request", 1201, false]);
});

test("media may be URLs, data URLs, Base64 and bytes", async () => {
  const { image, ...rest } = INPUT;
  const text = image.toString("base64");
  for (const media of [text, `data:image/jpeg;base64,${text}`, new Uint8Array(image).buffer, new Blob([image])]) {
    assert.equal((await client.createTask({ ...rest, image: media })).status, "submitted");
  }
});

test("a task that fails, fails with its reason", async () => {
  const error = await thrownBy(client.generate({ ...INPUT, prompt: "[fail: no face was found]" }));
  assert.ok(error instanceof AvatarError);
  assert.equal(error.code, "task_failed");
  assert.match(error.message, /no face was found/);
  assert.equal(error.task.taskId, error.taskId);
  assert.ok(error.externalTaskId);
});

test("local checks need no network, and the gateway's own find the same problems", async () => {
  const report = await thrownBy(client.createTask({ ...INPUT, image: new Uint8Array([1, 2, 3]), prompt: "" }));
  assert.equal(report.code, "invalid_input");
  const before = stand.events.length;
  assert.equal(stand.events.length, before);
  const lenient = stand.client({ limits: { promptMaxCharacters: 1e6, audioMinSeconds: 0 } });
  const error = await thrownBy(lenient.createTask({ ...INPUT, prompt: "x".repeat(2501) }));
  assert.equal(error.code, "invalid_input");
  assert.deepEqual(error.problems.map(({ field, code, limit, actual }) => ({ field, code, limit, actual })), [{ field: "prompt", code: "too_long", limit: 2500, actual: 2501 }]);
});

test("a call ends at once with its signal and at its deadline, and tells the task", async () => {
  const { taskId } = await client.createTask({ ...INPUT, prompt: "[never]" });
  const controller = new AbortController();
  const waiting = thrownBy(client.waitForTask(taskId, { signal: controller.signal }));
  setTimeout(() => controller.abort("enough"), 300);
  const began = Date.now();
  const aborted = await waiting;
  assert.deepEqual([aborted.code, aborted.cause, aborted.taskId], ["aborted", "enough", taskId]);
  assert.ok(Date.now() - began < 1500);
  const late = await thrownBy(client.waitForTask(taskId, { timeoutMs: 400 }));
  assert.deepEqual([late.code, late.taskId], ["timeout", taskId]);
});

for (const [key, { status, code, everywhere }] of Object.entries(SPECIAL_KEYS)) {
  test(`a refusal ${code} of the service comes back as directly`, async () => {
    // Whether a create that the service failed at brought a task is looked up for three seconds.
    const [maxAttempts, timeoutMs] = status >= 500 ? [1, 12_000] : [2, 3000];
    const quick = { retry: { maxAttempts, minDelayMs: 10, maxDelayMs: 20 }, poll: { timeoutMs } };
    const apart = await startStand({ options: { apiKey: key, ...quick, createTimeoutMs: timeoutMs - 500 } });
    try {
      const direct = new AvatarClient({ apiKey: key, baseUrl: apart.sandbox.url, ...QUICK, ...quick });
      const viaGateway = clientOf(apart.url, quick);
      const expected = await thrownBy(direct.createTask(INPUT));
      const actual = await thrownBy(viaGateway.createTask(INPUT));
      const core = ({ code, apiCode, status, retryable }) => ({ code, apiCode, status, retryable });
      if (["concurrency_limit", "timeout"].includes(expected.code) || code === 1303) {
        assert.ok(["concurrency_limit", "timeout"].includes(actual.code), actual.code);
      } else {
        assert.deepEqual(core(actual), core(expected));
        assert.equal(actual.status, status);
      }
      assert.ok(!JSON.stringify({ ...actual, message: actual.message }).includes(key));
      if (everywhere) assert.equal((await thrownBy(viaGateway.findTask(crypto.randomUUID()))).code, (await thrownBy(direct.findTask("x"))).code);
    } finally {
      await apart.close();
    }
  });
}
