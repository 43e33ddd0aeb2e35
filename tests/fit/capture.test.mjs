// The camera and the microphone: Chromium's own test devices, a picture that moves and a beep each second.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, startStand, text } from "../page/stand.mjs";
import { accept, assertSound, english, held, ready, remembering } from "./dialogs.mjs";
import { facts } from "./media.mjs";

let stand;
before(async () => (stand = await startStand()));
after(() => stand?.close());

const ALLOWED = { ...remembering, permissions: ["camera", "microphone"] };
const live = (page) => page.evaluate(() => window.streams.flatMap((stream) => stream.getTracks()).filter(({ readyState }) => readyState === "live").length);

/** Remembers what was opened, to see whether it is let go. */
const watching = { ...ALLOWED, before: async (page) => {
  await remembering.before(page);
  await page.addInitScript(() => {
    window.streams = [];
    const ask = navigator.mediaDevices.getUserMedia;
    navigator.mediaDevices.getUserMedia = async (...wanted) => {
      const stream = await ask.apply(navigator.mediaDevices, wanted);
      window.streams.push(stream);
      return stream;
    };
  });
} };

test("a photo from the camera and a voice from the microphone become a video", async () => {
  stand.sandbox.reset();
  const visit = await stand.open(watching);
  const { page } = visit;
  await page.click("#photo-capture");
  await page.waitForSelector("#fit-camera .fit-actions .primary:enabled");
  await assertSound(page);
  assert.equal(await live(page), 1);
  await page.click("#fit-camera .fit-actions .primary");
  await ready(page, "photo");
  assert.equal(await live(page), 0);
  await accept(page, "photo");
  assert.equal(await text(page, "#photo-name"), "camera-photo.jpg");
  const shot = await facts(await held(page, "photo"));
  assert.equal(shot.codec, "mjpeg");
  assert.ok(shot.width >= 300 && shot.height >= 300, `${shot.width} × ${shot.height}`);

  await page.click("#voice-capture");
  await page.waitForSelector("#fit-recorder .fit-actions .primary:visible");
  assert.equal(await live(page), 0);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /^0:0[3-9] \/ 1:00$/.test(document.querySelector(".fit-time").textContent));
  await assertSound(page);
  assert.equal(await text(page, "#fit-recorder .fit-opening"), "Recording");
  await page.click("#fit-recorder .fit-actions .primary:visible");
  await ready(page, "voice");
  assert.equal(await live(page), 0);
  assert.match(await text(page, "#fit-voice .fit-facts"), /WAV, \d(\.\d)?\ss, 48\skHz mono/);
  await accept(page, "voice");
  assert.equal(await text(page, "#voice-name"), "recording.wav");
  assert.equal(await text(page, "#voice-offer"), "");
  const clip = await facts(await held(page, "voice"));
  assert.ok(clip.codec === "pcm_s16le" && clip.seconds >= 2.5 && clip.seconds < 30, JSON.stringify(clip));
  const loudest = (await held(page, "voice")).subarray(44).reduce((most, _, at, all) => (at % 2 ? most : Math.max(most, Math.abs(all.readInt16LE(at)))), 0);
  assert.ok(loudest > 1000, `nothing of the beep: ${loudest}`);

  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  await page.click("#voice-adjust");
  await ready(page, "voice");
  await page.keyboard.press("Escape");
  assertQuiet(visit);
  await visit.close();
});

test("recording shows how loud it is, and stops by itself at the longest that is allowed", async () => {
  const visit = await stand.open({ ...watching, before: async (page) => {
    await watching.before(page);
    await page.clock.install();
  } });
  const { page } = visit;
  await page.click("#voice-capture");
  await page.click("#fit-recorder .fit-actions .primary:visible");
  await page.waitForFunction(() => document.querySelector(".fit-level")?.value > 0.05);
  await page.clock.fastForward(61_000);
  await ready(page, "voice");
  assert.equal(await live(page), 0);
  await visit.close();
});

test("closing lets camera and microphone go", async () => {
  const visit = await stand.open(watching);
  const { page } = visit;
  for (const name of ["photo", "voice"]) {
    await page.click(`#${name}-capture`);
    await page.click("dialog .fit-actions .primary:visible:enabled", { trial: name === "photo" });
    await page.waitForFunction(() => window.streams.some((stream) => stream.active));
    await page.click("dialog .fit-actions .quiet");
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.equal(await live(page), 0);
    assert.equal(await page.getAttribute(`#${name}`, "data-state"), "empty");
    assert.equal(await page.evaluate(() => document.activeElement.id), `${name}-capture`);
  }
  assertQuiet(visit);
  await visit.close();
});

test("a recording is not lost by one Escape, neither while it is made nor before it is used", async () => {
  const visit = await stand.open(watching);
  const { page } = visit;
  const warning = (name) => text(page, `#fit-${name} .fit-warning`);
  await page.click("#voice-capture");
  await page.click("#fit-recorder .fit-actions .primary:visible");
  await page.waitForFunction(() => /^0:0[2-9] /.test(document.querySelector(".fit-time").textContent));
  await page.keyboard.press("Escape");
  assert.match(await warning("recorder"), /Escape once more/);
  assert.equal(await live(page), 1);
  await assertSound(page);
  await page.click("#fit-recorder .fit-actions .primary:visible");
  await ready(page, "voice");
  assert.equal(await warning("voice"), "");
  await page.keyboard.press("Escape");
  assert.match(await warning("voice"), /Escape once more/);
  await page.keyboard.press("Tab");
  assert.equal(await warning("voice"), "");
  await accept(page, "voice");
  await page.click("#voice-adjust");
  await ready(page, "voice");
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });

  await page.click("#voice .media-remove");
  await page.click("#voice-capture");
  await page.click("#fit-recorder .fit-actions .primary:visible");
  await page.waitForSelector(".fit-level:visible");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  assert.equal(await live(page), 0);
  assert.equal(await page.getAttribute("#voice", "data-state"), "empty");
  assertQuiet(visit);
  await visit.close();
});

test("a refusal is explained", async () => {
  const visit = await stand.open({ permissions: [] });
  const { page } = visit;
  await page.click("#photo-capture");
  await page.locator("#fit-camera .fit-opening", { hasText: /camera may not be used\. Allow it/ }).waitFor();
  assert.equal(await page.isEnabled("#fit-camera .fit-actions .primary"), false);
  await page.keyboard.press("Escape");
  await page.click("#voice-capture");
  await page.click("#fit-recorder .fit-actions .primary:visible");
  await page.locator("#fit-recorder .fit-opening", { hasText: /microphone may not be used\. Allow it/ }).waitFor();
  assert.equal(await page.isEnabled("#fit-recorder .fit-actions .primary:visible"), true);
  assertQuiet(visit);
  await visit.close();
});

test("fits 320 px, in Russian without a word of English", async () => {
  const visit = await stand.open({ ...ALLOWED, viewport: { width: 320, height: 640 }, locale: "ru-RU" });
  const { page } = visit;
  await page.click("#photo-capture");
  await page.waitForSelector("#fit-camera .fit-actions .primary:enabled");
  await assertSound(page);
  assert.deepEqual(await english(page), []);
  await page.keyboard.press("Escape");
  await page.click("#voice-capture");
  await page.click("#fit-recorder .fit-actions .primary:visible");
  await page.waitForSelector(".fit-level:visible");
  await assertSound(page);
  assert.deepEqual(await english(page), []);
  await visit.close();
});
