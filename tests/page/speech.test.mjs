import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startStaticStand } from "./static-stand.mjs";
import { assertQuiet, startStand, text, useSamples } from "./stand.mjs";

let stand;
before(async () => (stand = await startStand()));
after(() => stand?.close());

const WORDS = "Good morning, dear listeners. It is a pleasure to speak to you today.";

async function speak(page, words = WORDS) {
  await page.click("#speech-open");
  await page.waitForSelector("#speech-text:visible");
  await page.fill("#speech-text", words);
  await page.click("#speech-do");
}

test("a typed text is spoken, can be listened to, and makes the video by its audio id", async () => {
  stand.reset();
  const visit = await stand.open();
  const { page } = visit;
  await useSamples(page);
  await page.click("#code summary");
  await speak(page);
  await page.waitForFunction(() => document.getElementById("speech-note").textContent.startsWith("Spoken"));
  assert.equal(await text(page, "#voice-name"), "Speech.mp3");
  await page.click("#voice-play");
  await page.waitForFunction(() => document.getElementById("voice-audio").currentTime > 0);
  assert.match(await text(page, "#code-text"), /client\.synthesizeSpeech\(\{\s+text: "Good morning/);
  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  const { creates, speeches } = stand.sandbox.ledger;
  assert.equal(creates.length, 1);
  assert.equal(creates[0].sound.audioId, speeches[0].audioId);

  await page.setInputFiles("#voice-input", new URL("../../www/samples/voice.mp3", import.meta.url).pathname);
  await page.waitForFunction(() => document.getElementById("code-text").textContent.includes("soundFile: voiceInput"));
  assertQuiet(visit);
  await visit.close();
});

test("speech that the page may not read makes the video all the same", async () => {
  stand.reset();
  await stand.sandbox.faults.add([{ on: "file", action: "status", status: 403, times: 1 }]);
  const visit = await stand.open();
  const { page } = visit;
  await useSamples(page);
  await speak(page);
  await page.waitForFunction(() => document.getElementById("speech-note").textContent.includes("cannot be played here"));
  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  assert.equal(stand.sandbox.ledger.creates[0].sound.audioId, stand.sandbox.ledger.speeches[0].audioId);
  assertQuiet(visit, [/Failed to load resource/]);
  await visit.close();
});

test("speech that is too short is not offered to be listened to, but told as too short", async () => {
  const visit = await stand.open();
  const { page } = visit;
  await speak(page, "Hi");
  await page.waitForFunction(() => document.getElementById("speech-note").textContent.startsWith("Spoken"));
  assert.match(await text(page, "#voice-problems"), /at least 2\ss are needed/);
  assert.match(await text(page, "#speech-note"), /cannot be used as it is/);
  assert.ok(await page.isHidden("#voice-player"));
  assertQuiet(visit);
  await visit.close();
});

test("where nobody answered, no words are put into the mouth of the service", async () => {
  const visit = await stand.open();
  const { page } = visit;
  await page.route(`${stand.sandbox.url}/kling/**`, (route) => route.abort("connectionrefused"));
  await speak(page);
  await page.waitForFunction(() => document.getElementById("speech-note").textContent.includes("could not be spoken"));
  assert.match(await text(page, "#speech-note"), /The service cannot be reached\. Check the internet connection/);
  assert.doesNotMatch(await text(page, "#speech-note"), /The service said/);
  assertQuiet(visit, [/Failed to load resource/]);
  await visit.close();
});

test("says what is wrong with a text or a voice", async () => {
  const visit = await stand.open();
  const { page } = visit;
  await speak(page, "");
  assert.match(await text(page, "#speech-note"), /Type what is to be said/);
  await page.fill("#speech-text", WORDS);
  await page.fill("#speech-voice", "nobody");
  await page.click("#speech-do");
  await page.waitForFunction(() => document.getElementById("speech-note").textContent.includes("Voice id not found"));
  await page.fill("#speech-text", "a".repeat(1001));
  await page.click("#speech-do");
  await page.waitForFunction(() => document.getElementById("speech-note").textContent.includes("too long"));
  assert.ok(await page.locator("#speech-count.over").isVisible());
  assertQuiet(visit, [/Failed to load resource/]);
  await visit.close();
});

test("in a page with nothing behind it, tones stand in for speech", async (t) => {
  const host = await startStaticStand();
  t.after(() => host.close());
  const visit = await host.open();
  const { page } = visit;
  await useSamples(page);
  await speak(page);
  await page.waitForFunction(() => document.getElementById("voice-name").textContent === "Speech.wav");
  await page.waitForSelector("#voice[data-state=good]");
  await page.click("#generate");
  await page.waitForSelector("#stage-video[src^=blob]");
  const [video, voice] = await page.evaluate(async () => {
    const video = document.getElementById("stage-video");
    if (!(video.duration > 0)) await new Promise((resolve) => video.addEventListener("loadedmetadata", resolve));
    return [video.duration, document.getElementById("voice-audio").duration];
  });
  assert.ok(Math.abs(video - voice) < 0.15, `video ${video} s, voice ${voice} s`);
  assertQuiet(visit);
  await visit.close();
});
