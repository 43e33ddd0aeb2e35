// A voice that the service would refuse, made to fit on the page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { file, sample, sha256 } from "../page/fixtures.mjs";
import { assertAtHome, assertQuiet, startStand, text, useSamples } from "../page/stand.mjs";
import { accept, assertSound, english, held, offered, openFitting, ready, remembering } from "./dialogs.mjs";
import { facts, made, tones } from "./media.mjs";

let stand;
before(async () => (stand = await startStand()));
after(() => stand?.close());

const clip = (name, buffer) => file(name, "", buffer);
const ends = (page) => page.locator("#fit-voice .fit-numbers input").evaluateAll((all) => all.map((each) => Number(each.value)));
const long = () => made("a.ogg", ...tones(90), "-c:a", "libvorbis");

test("90 seconds in Ogg are trimmed, heard, and become a video of that length", async () => {
  stand.sandbox.reset();
  const visit = await stand.open(remembering);
  const { page } = visit;
  await useSamples(page);
  assert.match(await offered(page, "voice", clip("talk.ogg", await long())), /made to fit here/);
  await openFitting(page, "voice");
  await assertSound(page);
  assert.deepEqual(await ends(page), [0, 60]);
  assert.match(await text(page, "#fit-voice .fit-kept"), /0\ss to 60\ss of (90|89\.\d)\ss/);
  assert.match(await text(page, "#fit-voice .fit-facts"), /WAV, 60\ss, 32\skHz mono, 3\.7\sMB/);
  await page.fill("#fit-start-seconds", "40");
  await page.keyboard.press("Tab");
  await page.fill("#fit-end-seconds", "47.5");
  await page.keyboard.press("Tab");
  await ready(page, "voice");
  assert.match(await text(page, "#fit-voice .fit-facts"), /WAV, 7\.5\ss, 48\skHz mono/);

  await page.click("#fit-voice .fit-play");
  const played = () => page.locator("#fit-voice audio").evaluate((audio) => ({ paused: audio.paused, seconds: audio.duration, at: audio.currentTime }));
  await page.waitForFunction(() => document.querySelector("#fit-voice audio").currentTime > 0.3);
  assert.deepEqual([(await played()).paused, (await played()).seconds], [false, 7.5]);
  assert.equal(await page.locator(".trim-head").isVisible(), true);
  await page.click("#fit-voice .fit-play");
  assert.equal((await played()).paused, true);

  await accept(page, "voice");
  assert.deepEqual([await text(page, "#voice-name"), await text(page, "#voice-problems")], ["talk.wav", ""]);
  assert.match(await text(page, "#voice-facts"), /^WAV · 7\.5\ss · 48\skHz/);
  assert.match(await text(page, "#voice-offer"), /Made here from talk\.ogg.*Undo/);
  const sent = await held(page, "voice");
  assert.deepEqual((({ codec, channels, seconds }) => [codec, channels, seconds])(await facts(sent)), ["pcm_s16le", 1, 7.5]);
  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  const seconds = await page.locator("#stage-video").evaluate((video) => new Promise((resolve) => {
    video.muted = true;
    video.requestVideoFrameCallback(() => resolve(video.duration));
    video.play();
  }));
  assert.ok(Math.abs(seconds - 7.5) < 0.15, `${seconds} s`);
  assert.deepEqual(stand.sandbox.ledger.creates.map(({ sound }) => sound.sha256), [sha256(sent)]);
  assertQuiet(visit);
  assertAtHome(visit);
  await visit.close();
});

const video = ["-f", "lavfi", "-i", "color=navy:s=320x240:r=10", ...tones(6), "-shortest"];
const SOUNDS = [
  ["WebM", "a.webm", () => made("a.webm", ...tones(6), "-c:a", "libopus"), /WAV, 6\ss/],
  ["FLAC", "a.flac", () => made("a.flac", ...tones(6)), /WAV, 6\ss/],
  ["the sound of an MP4 video", "clip.mp4", () => made("a.mp4", ...video, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"), /WAV, 6\ss/],
  ["a WAV of 90 s and 15 MB", "a.wav", () => made("a.wav", ...tones(90), "-ar", "44100", "-ac", "2"), /WAV, 60\ss/],
  ["a clip of 1.2 s", "a.wav", () => made("a.wav", ...tones(1.2)), /WAV, 2\ss/],
];
for (const [what, name, make, said] of SOUNDS) {
  test(`fits ${what}`, async () => {
    const visit = await stand.open();
    const { page } = visit;
    await offered(page, "voice", clip(name, await make()));
    await openFitting(page, "voice");
    assert.match(await text(page, "#fit-voice .fit-facts"), said);
    if (what.includes("1.2")) assert.match(await text(page, "#fit-voice .fit-kept"), /lasts 1\.2\ss\. Silence is added.*2\ss/);
    await accept(page, "voice");
    assert.equal(await text(page, "#voice-problems"), "");
    assertQuiet(visit);
    await visit.close();
  });
}

test("the ends are moved by the keyboard and by hand, and so is what is between them", async () => {
  const visit = await stand.open();
  const { page } = visit;
  await offered(page, "voice", clip("talk.ogg", await long()));
  await openFitting(page, "voice");
  await page.keyboard.press("Tab"); // the cross
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Start");
  for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
  assert.deepEqual(await ends(page), [0.5, 60]);
  assert.match(await page.getAttribute("#fit-start", "aria-valuetext"), /^0\.5\ss of (90|89\.\d)\ss$/);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "End");
  await page.keyboard.press("End");
  const [start, end] = await ends(page);
  assert.ok(Math.abs(end - 90) < 0.2 && Math.abs(end - start - 60) < 0.011, `${start} to ${end}`);

  const box = await page.locator(".trim-area").boundingBox();
  const at = (seconds) => box.x + (box.width * seconds) / 90;
  const drag = async (from, to) => {
    await page.mouse.move(from, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(to, box.y + 50, { steps: 4 });
    await page.mouse.up();
  };
  await drag(at(start) - 11, at(70) - 11);
  const [later] = await ends(page);
  assert.ok(Math.abs(later - 70) < 0.6, `${later}`);
  await drag(at(80), at(20));
  const [moved, movedEnd] = await ends(page);
  assert.ok(Math.abs(moved - 10) < 1 && Math.abs(movedEnd - moved - (end - later)) < 0.05, `${moved} to ${movedEnd}`);
  await ready(page, "voice");
  assertQuiet(visit);
  await visit.close();
});

test("nothing changes before it is accepted, and then it can be undone", async () => {
  const visit = await stand.open(remembering);
  const { page } = visit;
  await page.setInputFiles("#voice-input", clip("voice.mp3", await sample("voice.mp3")));
  await page.waitForSelector("#voice[data-state=good]");
  await openFitting(page, "voice", "#voice-adjust");
  await page.click("#fit-voice .fit-actions .quiet");
  assert.equal(sha256(await held(page, "voice")), sha256(await sample("voice.mp3")));
  await openFitting(page, "voice", "#voice-adjust");
  await page.fill("#fit-end-seconds", "3");
  await page.keyboard.press("Tab");
  await accept(page, "voice");
  assert.equal(await page.evaluate(() => document.activeElement.id), "voice-adjust");
  assert.match(await text(page, "#voice-facts"), /^WAV · 3\ss/);
  await openFitting(page, "voice", "#voice-adjust");
  assert.deepEqual(await ends(page), [0, 3]);
  await page.keyboard.press("Escape");
  await page.click("#voice-offer button");
  await page.waitForFunction(() => document.getElementById("voice-facts").textContent.startsWith("MP3"));
  await page.waitForSelector("#voice[data-state=good]");
  assert.equal(sha256(await held(page, "voice")), sha256(await sample("voice.mp3")));
  assertQuiet(visit);
  await visit.close();
});

test("the waveform shows every channel", async () => {
  const visit = await stand.open();
  const { page } = visit;
  const given = await made("a.wav", "-f", "lavfi", "-i", "aevalsrc=0|0.4*sin(2*PI*300*t)*gt(t\\,2):d=4:s=16000");
  await page.setInputFiles("#voice-input", clip("right.wav", given));
  await page.waitForSelector("#voice[data-state=good]");
  await page.waitForFunction(() => {
    const heights = document.querySelector("#voice-wave .wave-rest").getAttribute("d").match(/V[\d.]+/g).map((each) => Number(each.slice(1)) - 50);
    return heights.length === 52 && heights.slice(0, 24).every((height) => height < 5) && heights.slice(-24).every((height) => height > 40);
  });
  assertQuiet(visit);
  await visit.close();
});

test("the ends are seen with forced colours, too", async () => {
  const visit = await stand.open({ forcedColors: "active" });
  const { page } = visit;
  await useSamples(page);
  await openFitting(page, "voice", "#voice-adjust");
  const { x, y } = await page.locator(".trim").boundingBox();
  const picture = (await page.screenshot({ clip: { x: x + 6, y: y + 20, width: 1, height: 1 } })).toString("base64");
  const brightness = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const pen = new OffscreenCanvas(1, 1).getContext("2d");
    pen.drawImage(await createImageBitmap(new Blob([bytes])), 0, 0);
    return Math.max(...pen.getImageData(0, 0, 1, 1).data.slice(0, 3));
  }, picture);
  assert.ok(brightness < 64, `${brightness} on white`);
  await visit.close();
});

test("what would take too much memory is told so", async () => {
  const visit = await stand.open();
  const { page } = visit;
  const hours = await made("a.mp3", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "4800", "-b:a", "8k");
  for (const name of ["lecture.mp3", "lecture.ogg"]) {
    const bytes = name.endsWith("mp3") ? hours : await made("a.ogg", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "4800", "-c:a", "libopus");
    assert.match(await offered(page, "voice", clip(name, bytes)), /too long or too large to be opened/);
    assert.equal(await page.locator("#voice-offer button").count(), 0);
  }
  assertQuiet(visit);
  await visit.close();
});

test("what cannot be decoded is not offered to be fitted", async () => {
  const visit = await stand.open();
  const { page } = visit;
  assert.match(await offered(page, "voice", clip("memo.amr", Buffer.from("#!AMR\n<words and words>"))), /cannot open AMR files/);
  assert.equal(await page.locator("#voice-offer button").count(), 0);
  await page.setInputFiles("#voice-input", clip("talk.mp3", Buffer.from("these are words, not sounds")));
  await page.waitForFunction(() => document.getElementById("voice-offer").textContent === "");
  await page.setInputFiles("#voice-input", clip("mute.mp4", await made("a.mp4", "-f", "lavfi", "-i", "color=navy:s=64x64:d=3", "-pix_fmt", "yuv420p")));
  await page.locator("#voice-offer", { hasText: /No sound that this browser knows/ }).waitFor();
  assert.equal(await page.locator("#voice-offer button").count(), 0);
  assertQuiet(visit);
  await visit.close();
});

test("fits 320 px, in Russian without a word of English", async () => {
  const visit = await stand.open({ viewport: { width: 320, height: 640 }, locale: "ru-RU", colorScheme: "dark", reducedMotion: "reduce" });
  const { page } = visit;
  await offered(page, "voice", clip("голос.ogg", await long()));
  await openFitting(page, "voice");
  await assertSound(page);
  assert.deepEqual((await english(page)).filter((words) => !words.startsWith("WAV, 60")), []);
  await accept(page, "voice");
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${over} px too wide`);
  assertQuiet(visit);
  await visit.close();
});
