import assert from "node:assert/strict";
import { test } from "node:test";
import * as checks from "./checks.mjs";
import { created, inProcess } from "./in-process.mjs";
import { defaultOptions } from "./options.mjs";
import { SPEECH_PATH } from "./routes.mjs";
import { makeSpeech } from "./speech.mjs";

test("speech answers at once with an audio that a create can use", async () => {
  const sandbox = inProcess();
  const { code, data } = await (await sandbox.speak()).json();
  assert.deepEqual([code, data.task_status], [0, "succeed"]);
  const [audio] = data.task_result.audios;
  assert.equal(audio.duration, "2.800");
  assert.equal((await sandbox.request(new URL(audio.url).pathname)).headers.get("content-type"), "audio/mpeg");
  await created(sandbox, { sound_file: undefined, audio_id: audio.id });
  const [charge] = (await sandbox.ledger()).creates;
  assert.deepEqual([charge.sound, charge.seconds], [{ audioId: audio.id }, 2.8]);
});

test("speech may have to be polled", async () => {
  const sandbox = inProcess({ options: { ttsShape: "submitted" } });
  const { data } = await (await sandbox.speak()).json();
  assert.deepEqual([data.task_status, data.task_result], ["submitted", {}]);
  const poll = async (key = "sk-test-key-1") => (await sandbox.request(`${SPEECH_PATH}/${data.task_id}`, {}, key)).json();
  assert.equal((await poll()).data.task_status, "submitted");
  await sandbox.clock.advance(2_000);
  assert.equal((await poll()).data.task_result.audios.length, 1);
  assert.equal((await poll("sk-another-key")).code, 1203);
});

test("a voice that does not speak the language answers in its own way", async () => {
  for (const fields of [{ voice_id: "AOT", voice_language: "zh" }, { voice_id: "nobody" }]) {
    const response = await inProcess().speak(fields);
    const answer = await response.json();
    assert.equal(response.status, 400);
    assert.deepEqual([answer.message, answer.code, answer.data.data.code, answer.data.message], ["Voice id not found", undefined, 1201, "Voice id not found"]);
  }
});

for (const [name, fields, message] of /** @type {const} */ ([
  ["no text", { text: "" }, /text is required/],
  ["1001 characters", { text: "a".repeat(1001) }, /1001 characters/],
  ["no voice", { voice_id: undefined }, /voice_id is required/],
  ["another language", { voice_language: "fr" }, /voice_language/],
  ["a speed in words", { voice_speed: "fast" }, /voice_speed/],
])) {
  test(`refuses ${name}`, async () => {
    const response = await inProcess().speak(fields);
    assert.equal(response.status, 400);
    assert.match((await response.json()).message, message);
  });
}

test("1000 characters beyond the basic plane are fine, and speeds are clamped to one decimal", async () => {
  /** @type {number[]} */
  const speeds = [];
  const sandbox = inProcess({ speech: async ({ speed }) => (speeds.push(speed), { bytes: new Uint8Array(1), type: "audio/mpeg", extension: "mp3", seconds: 3 }) });
  for (const voice_speed of [0.1, 9, 1.26, undefined]) assert.equal((await sandbox.speak({ text: "😀".repeat(1000), voice_speed })).status, 200);
  assert.deepEqual(speeds, [0.8, 2, 1.3, 1]);
});

test("an audio_id must be known, one's own, of the right length and not too old", async () => {
  const sandbox = inProcess();
  const id = async (/** @type {Record<string, unknown>} */ fields) => (await (await sandbox.speak(fields)).json()).data.task_result.audios[0].id;
  const refusal = async (/** @type {string} */ audio_id, /** @type {string} */ key) => {
    const response = await sandbox.create({ sound_file: undefined, audio_id }, key);
    return [response.status, (await response.json()).message];
  };
  const own = await id({});
  assert.deepEqual(await refusal("1", "sk-test-key-1"), [400, "audio_id is not known: 1"]);
  assert.deepEqual(await refusal(own, "sk-another-key"), [400, `audio_id is not known: ${own}`]);
  assert.match((await refusal(await id({ text: "Hi" }), "sk-test-key-1"))[1], /must last 2 to 60 s/);
  assert.match((await refusal(await id({ text: "x".repeat(700) }), "sk-test-key-1"))[1], /must last 2 to 60 s/);
  await sandbox.clock.advance(30 * 24 * 3600 * 1000 + 1);
  assert.match((await refusal(own, "sk-test-key-1"))[1], /more than 30 days old/);
});

test("espeak-ng speaks: real MP3, slower at a lower speed", async () => {
  const request = { text: "Good morning, dear listeners, and welcome to the show.", voiceId: "genshin_vindi2", language: /** @type {const} */ ("en"), speed: 1 };
  const normal = await makeSpeech(request);
  const slow = await makeSpeech({ ...request, speed: 0.8 });
  assert.equal(normal.note, undefined);
  assert.ok(normal.seconds > 2 && normal.seconds < 8, `${normal.seconds} s`);
  assert.ok(slow.seconds > normal.seconds * 1.1);
  const measured = await checks.checkSound(normal.bytes, defaultOptions());
  assert.ok(Math.abs(measured - normal.seconds) < 0.1);
});

test("a text is spoken, never taken for an option", async () => {
  const { seconds } = await makeSpeech({ text: "--version and so on, to be spoken", voiceId: "AOT", language: "en", speed: 1 });
  assert.ok(seconds > 1);
});
