import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSpeech } from "../sandbox/speech.mjs";
import { clientOf, failure, input, quickSandbox } from "./stand.mjs";

const SPOKEN = { text: "Good morning, everyone. It is a fine day for a walk.", voiceId: "genshin_vindi2", voiceLanguage: "en" };

for (const ttsShape of ["sync", "submitted"]) {
  test(`speech that answers ${ttsShape} is spoken, and its id makes a video`, async () => {
    const sandbox = await quickSandbox({ ttsShape, speed: 20 }, { speech: makeSpeech });
    const client = clientOf(sandbox);
    const speech = await client.synthesizeSpeech({ ...SPOKEN, voiceSpeed: 1.1 });
    assert.match(speech.audioId, /^\d+$/);
    assert.ok(speech.durationSeconds > 2 && speech.durationSeconds < 10, String(speech.durationSeconds));
    const sound = await fetch(speech.url);
    assert.ok((await sound.arrayBuffer()).byteLength > 5000);
    await client.generate(input({ soundFile: undefined, audioId: speech.audioId }));
    assert.deepEqual(sandbox.ledger.creates[0].sound, { audioId: speech.audioId });
    assert.equal(sandbox.ledger.read().requests.speechRead > 0, ttsShape === "submitted");
  });
}

const sandbox = await quickSandbox({}, { speech: async () => ({ bytes: new Uint8Array(9000), type: "audio/wav", extension: "wav", seconds: 3 }) });
const client = clientOf(sandbox);

test("a voice that does not speak the language is told in the service's words", async () => {
  const error = await failure(client.synthesizeSpeech({ ...SPOKEN, voiceId: "uk_man2", voiceLanguage: "zh" }));
  assert.deepEqual([error.code, error.apiCode, error.retryable], ["invalid_request", 1201, false]);
  assert.match(error.message, /Voice id not found/);
});

test("what is wrong is told before anything is sent, all at once", async () => {
  sandbox.reset();
  const error = await failure(client.synthesizeSpeech({ text: "a".repeat(1001), voiceLanguage: "de", voiceSpeed: 3 }));
  assert.equal(error.code, "invalid_input");
  assert.deepEqual(error.problems.map(({ field, code }) => `${field} ${code}`).sort(),
    ["text too_long", "voiceId missing", "voiceLanguage invalid_value", "voiceSpeed invalid_value"]);
  assert.deepEqual(sandbox.ledger.read().requests, {});
});

test("only an order that was certainly not taken is sent again", async () => {
  for (const [fault, orders, code] of [
    [{ action: "status", status: 429, code: 1302 }, 2, undefined],
    [{ action: "status", status: 429, code: 1303 }, 2, undefined],
    [{ action: "drop", when: "after" }, 1, "network"],
    [{ action: "status", status: 503, code: 5001 }, 1, "server"],
    [{ action: "truncate" }, 1, "network"],
    [{ action: "html", status: 200 }, 1, "invalid_response"],
  ]) {
    sandbox.reset();
    await sandbox.faults.add([{ on: "speech", ...fault }]);
    const ended = await client.synthesizeSpeech(SPOKEN).then(() => undefined, (error) => error.code);
    assert.deepEqual([ended, sandbox.ledger.read().requests.speech], [code, orders], JSON.stringify(fault));
  }
});

test("an unfinished order is read on through faults", async () => {
  sandbox.reset();
  sandbox.options.ttsShape = "submitted";
  sandbox.options.speed = 20;
  await sandbox.faults.add([{ on: "speechRead", action: "drop" }, { on: "speechRead", action: "status", status: 503, code: 5001 }]);
  assert.ok((await client.synthesizeSpeech(SPOKEN)).audioId);
});

test("an order that may have been taken is not to be repeated, as it would be paid for again", async () => {
  const lost = await failure(clientOf(sandbox, { fetch: async () => { throw new TypeError("lost"); } }).synthesizeSpeech(SPOKEN));
  assert.deepEqual([lost.code, lost.retryable], ["network", false]);
  const full = async () => Response.json({ code: 1302, message: "later" }, { status: 429 });
  const refused = await failure(clientOf(sandbox, { fetch: full, retry: { maxAttempts: 1 } }).synthesizeSpeech(SPOKEN));
  assert.deepEqual([refused.code, refused.retryable], ["rate_limited", true]);
  const taken = async () => Response.json({ code: 0, data: { task_id: "1", task_status: "submitted" } });
  const late = await failure(clientOf(sandbox, { fetch: taken }).synthesizeSpeech(SPOKEN, { timeoutMs: 50 }));
  assert.deepEqual([late.code, late.retryable], ["timeout", false]);
});
