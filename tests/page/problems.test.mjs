import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { file, picture, sample, voice, wav } from "./fixtures.mjs";
import { assertQuiet, startStand, text, useSamples } from "./stand.mjs";

let stand;
before(async () => (stand = await startStand()));
after(() => stand?.close());

const problems = (page, name) => page.locator(`#${name}-problems li`).allTextContents();

/** Generates in vain: nothing may reach the service. */
async function assertNothingPaid(visit) {
  await visit.page.click("#generate");
  await visit.page.waitForFunction(() => document.getElementById("attention").textContent !== "");
  assert.equal(await visit.page.getAttribute("#stage", "data-state"), "idle");
  assert.deepEqual(visit.seen.requests.filter(({ url }) => url.includes("/kling/")), []);
  assert.equal(stand.sandbox.ledger.creates.length, 0);
}

const WRONG_PHOTOS = [
  ["a text with a photo's name", () => file("holiday.jpg", "image/jpeg", Buffer.from("these are words")), /not a JPEG or PNG/],
  ["a photo that is too small", async (page) => file("small.png", "image/png", await picture(page, 200, 260)), /200 × 260.*at least 300/],
  ["a photo that is too wide", async (page) => file("wide.png", "image/png", await picture(page, 1200, 400)), /1,200 × 400.*at most 2\.5/],
  ["an empty photo", () => file("empty.jpg", "image/jpeg", Buffer.alloc(0)), /empty/],
  ["a photo cut off", async (page) => file("cut.png", "image/png", (await picture(page, 400, 400)).subarray(0, 20)), /damaged or incomplete|not a JPEG or PNG/],
  ["a photo of too many bytes", async (page) => file("big.png", "image/png", Buffer.concat([await picture(page, 400, 400), Buffer.alloc(10_485_761)])), /10(\.\d)?\sMB.*10\sMB/],
];

const WRONG_VOICES = [
  ["a clip of one second", () => voice(1), /lasts 1\ss.*at least 2\ss/],
  ["a clip of 61 seconds", () => file("long.wav", "audio/wav", wav(61, 8000)), /lasts 61\ss.*at most 60\ss/],
  ["a text with a clip's name", () => file("talk.mp3", "audio/mpeg", Buffer.from("these are words, not sounds")), /not an MP3, WAV, M4A or AAC/],
  ["an empty clip", () => file("empty.mp3", "audio/mpeg", Buffer.alloc(0)), /empty/],
];

for (const [name, list] of [["photo", WRONG_PHOTOS], ["voice", WRONG_VOICES]]) {
  test(`says what is wrong beside the ${name}, and pays for nothing`, async (t) => {
    stand.reset();
    const visit = await stand.open();
    const { page } = visit;
    for (const [what, make, words] of list) {
      await t.test(what, async () => {
        await useSamples(page);
        await page.setInputFiles(`#${name}-input`, await make(page));
        await page.waitForSelector(`#${name}[data-state=wrong]`);
        const found = await problems(page, name);
        assert.ok(found.some((sentence) => words.test(sentence)), found.join(" | "));
        assert.equal(await page.getAttribute(`#${name}-input`, "aria-invalid"), "true");
        assert.ok((await page.getAttribute(`#${name}-input`, "aria-describedby")).split(" ").includes(`${name}-problems`));
        const other = name === "photo" ? "voice" : "photo";
        assert.deepEqual(await problems(page, other), []);
        await assertNothingPaid(visit);
        assert.equal(await page.evaluate(() => document.activeElement.id), `${name}-input`);
      });
    }
    await useSamples(page);
    assert.deepEqual(await problems(page, name), []);
    assert.equal(await page.getAttribute(`#${name}-input`, "aria-invalid"), null);
    assertQuiet(visit);
    await visit.close();
  });
}

test("a file that is gone, and a folder, are not called damaged", async (t) => {
  stand.reset();
  const folder = await mkdtemp(join(tmpdir(), "kling-avatar-gone-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const visit = await stand.open();
  const { page } = visit;
  const unreadable = /could not be read.*folder.*deleted/;
  for (const [name, other] of [["photo", "voice"], ["voice", "photo"]]) {
    await useSamples(page);
    const path = join(folder, name);
    await writeFile(path, await sample(name === "photo" ? "portrait.jpg" : "voice.mp3"));
    await page.setInputFiles(`#${name}-input`, path);
    await page.waitForFunction((name) => document.getElementById(`${name}-name`).textContent === name, name);
    await page.waitForSelector(`#${name}[data-state=good]`);
    await rm(path);
    await page.click(`#${name}-adjust`);
    await page.locator("dialog .fit-opening", { hasText: unreadable }).waitFor();
    await page.keyboard.press("Escape");
    await page.click("#generate");
    await page.waitForSelector(`#${name}[data-state=wrong]`);
    assert.match((await problems(page, name)).join(" | "), unreadable);
    assert.deepEqual(await problems(page, other), []);
  }
  await dropFromDisk(page, folder);
  await page.waitForFunction((name) => document.getElementById("photo-name").textContent === name, basename(folder));
  await page.waitForSelector("#photo[data-state=wrong]");
  assert.match((await problems(page, "photo")).join(" | "), unreadable);
  assert.equal(await page.textContent("#photo-offer"), "");
  assert.equal(stand.sandbox.ledger.creates.length, 0);
  // How the photo lies may be looked at when the file is gone already.
  assertQuiet(visit, [/ERR_FILE_NOT_FOUND/, /^AvatarError: The file cannot be read/]);
  await visit.close();
});

/** As a file manager drops it, which no script of a page can. */
async function dropFromDisk(page, path) {
  const { width, height } = page.viewportSize();
  const hand = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await hand.send("Input.dispatchDragEvent", { type, x: width - 20, y: height / 2, data });
  }
}

test("says everything that is missing at once", async () => {
  const visit = await stand.open();
  const { page } = visit;
  await page.fill("#prompt", "");
  await assertNothingPaid(visit);
  assert.deepEqual(await problems(page, "photo"), ["Choose a photo first."]);
  assert.deepEqual(await problems(page, "voice"), ["Choose a voice clip first."]);
  assert.deepEqual(await problems(page, "prompt"), ["Say in a few words how the person behaves."]);
  assert.equal(await text(page, "#attention"), "3 things need your attention first.");
  assertQuiet(visit);
  await visit.close();
});

test("counts the prompt in code points", async () => {
  const visit = await stand.open();
  const { page } = visit;
  await page.fill("#prompt", "👋".repeat(2500));
  await page.waitForFunction(() => document.getElementById("prompt-count").textContent === "2,500 / 2,500");
  await page.waitForSelector("#words[data-state=good]");
  assert.deepEqual(await problems(page, "prompt"), []);
  await page.fill("#prompt", "👋".repeat(2501));
  await page.waitForSelector("#words[data-state=wrong]");
  assert.deepEqual(await problems(page, "prompt"), ["This is one character too long: at most 2,500 fit."]);
  assertQuiet(visit);
  await visit.close();
});

test("shows a file name as text", async () => {
  const visit = await stand.open();
  const { page } = visit;
  const name = "<img src=x onerror=alert(1)>.jpg";
  await page.setInputFiles("#photo-input", file(name, "image/jpeg", Buffer.from("words")));
  await page.waitForSelector("#photo[data-state=wrong]");
  assert.equal(await text(page, "#photo-name"), name);
  assert.equal(await page.locator("#photo-name *").count(), 0);
  assertQuiet(visit);
  await visit.close();
});

test("a photo that is not taken is still asked for beside the stage", async () => {
  const visit = await stand.open();
  const { page } = visit;
  const invitation = (words) => page.waitForFunction((expected) => document.getElementById("progress-phase").textContent === expected, words);
  await useSamples(page);
  await invitation("Photo, meet voice");
  await page.setInputFiles("#photo-input", file("wide.png", "image/png", await picture(page, 1200, 400)));
  await page.waitForSelector("#photo[data-state=wrong]");
  await invitation("Add a photo");
  assert.ok(await page.isVisible("#stage-photo"));
  assertQuiet(visit);
  await visit.close();
});

test("where fitting does not load, a photo that fits says nothing of it, and one that does not fit does", async () => {
  const visit = await stand.open({ before: (page) => page.route("**/app/fit/fit.js", (route) => route.abort("failed")) });
  const { page } = visit;
  const warned = page.waitForEvent("console", (message) => message.type() === "warning");
  await useSamples(page);
  await warned;
  assert.equal(await text(page, "#photo-offer"), "");
  await page.setInputFiles("#photo-input", file("wide.png", "image/png", await picture(page, 1200, 400)));
  await page.waitForFunction(() => document.getElementById("photo-offer").textContent.startsWith("A part of it did not load"));
  assertQuiet(visit, [/Failed to load resource/, /fit\.js/]);
  await visit.close();
});
