import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { picture, sample, sha256, file, voice } from "./fixtures.mjs";
import { assertAtHome, assertQuiet, phase, startStand, text, useSamples } from "./stand.mjs";
import { playFrames } from "./video.mjs";

let stand;
before(async () => (stand = await startStand()));
after(() => stand?.close());

test("makes a video from the samples, plays it and saves it, for exactly one charge", async () => {
  stand.reset();
  const visit = await stand.open();
  const { page } = visit;
  await page.evaluate(() => {
    window.shifts = [];
    window.phases = [];
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifts.push(value);
    }).observe({ type: "layout-shift", buffered: true });
    const stage = document.getElementById("stage");
    new MutationObserver(() => window.phases.push(stage.dataset.now)).observe(stage, { attributeFilter: ["data-now"] });
  });
  await useSamples(page);
  assert.match(await text(page, "#photo-facts"), /^JPEG · 768 × 960 · \d+\sKB$/);
  assert.match(await text(page, "#voice-facts"), /^MP3 · 7\.8\ss · 44\.1\skHz · \d+\sKB$/);
  assert.ok(await page.locator("#photo-thumb").evaluate((image) => image.naturalWidth === 768));

  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  stand.finish();
  await page.waitForSelector("#done:visible");

  const played = await page.locator("#stage-video").evaluate(playFrames);
  assert.ok(played.frames >= 10, `${played.frames} frames were shown`);
  assert.ok(played.totalVideoFrames > 0);
  assert.ok(played.currentTime > 0);
  assert.ok(played.width >= 300 && played.height >= 300);
  const voiceSeconds = await page.locator("#voice-audio").evaluate((audio) => audio.duration);
  assert.ok(Math.abs(played.duration - voiceSeconds) < 0.15, `video ${played.duration} s, voice ${voiceSeconds} s`);

  const phases = await page.evaluate(() => [...new Set(window.phases)].filter((name) => name !== "idle"));
  assert.deepEqual(phases, ["reading", "uploading", "submitted", "processing", "done"].filter((name) => phases.includes(name)));
  assert.ok(phases.includes("uploading") && phases.includes("processing"), phases.join());

  const { creates } = stand.sandbox.ledger;
  assert.equal(creates.length, 1);
  assert.equal(creates[0].image.sha256, sha256(await sample("portrait.jpg")));
  assert.equal(creates[0].sound.sha256, sha256(await sample("voice.mp3")));
  assert.equal(creates[0].mode, "std");
  assert.equal(creates[0].fields.prompt, await page.inputValue("#prompt"));

  const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  assert.equal(saved.suggestedFilename(), "portrait-avatar.mp4");
  const bytes = await readFile(await saved.path());
  assert.equal(bytes.toString("latin1", 4, 8), "ftyp");
  await page.waitForFunction(() => document.getElementById("done-note").textContent.includes("portrait-avatar.mp4"));

  const shift = await page.evaluate(() => window.shifts.reduce((sum, value) => sum + value, 0));
  assert.ok(shift < 0.002, `the layout shifted by ${shift}`);
  assertQuiet(visit);
  assertAtHome(visit);
  await visit.close();
});

test("sends one's own files, words and quality as they are", async () => {
  stand.reset();
  const visit = await stand.open();
  const { page } = visit;
  const photo = await picture(page, 400, 500);
  const clip = voice(2.5);
  await page.setInputFiles("#photo-input", file("Мой портрет (1).png", "image/png", photo));
  await page.setInputFiles("#voice-input", clip);
  await page.fill("#prompt", "Она говорит «привет» 👋");
  assert.equal(await text(page, "#prompt-count"), "22 / 2,500");
  await page.check("[name=mode][value=pro]");
  await page.dblclick("#generate");
  await page.waitForSelector("#done:visible");
  const [charge, ...others] = stand.sandbox.ledger.creates;
  assert.equal(others.length, 0);
  assert.equal(charge.image.sha256, sha256(photo));
  assert.equal(charge.sound.sha256, sha256(clip.buffer));
  assert.equal(charge.mode, "pro");
  assert.equal(charge.fields.prompt, "Она говорит «привет» 👋");
  const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  assert.equal(saved.suggestedFilename(), "Мой-портрет-1-avatar.mp4");
  assertQuiet(visit);
  await visit.close();
});

test("takes files that are dropped and pasted", async () => {
  const visit = await stand.open();
  const { page } = visit;
  await page.evaluate(async () => {
    const transfer = new DataTransfer();
    for (const [path, name, type] of [["portrait.jpg", "p.jpg", "image/jpeg"], ["voice.mp3", "v.mp3", "audio/mpeg"]]) {
      const bytes = await (await fetch(`samples/${path}`)).arrayBuffer();
      transfer.items.add(new File([bytes], name, { type }));
    }
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  });
  await page.waitForSelector("#photo[data-state=good]");
  await page.waitForSelector("#voice[data-state=good]");
  assert.equal(await text(page, "#photo-name"), "p.jpg");
  assert.equal(await text(page, "#voice-name"), "v.mp3");
  await page.evaluate(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["not a photo"], "pasted.png", { type: "image/png" }));
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true }));
  });
  await page.waitForSelector("#photo[data-state=wrong]");
  assert.equal(await text(page, "#photo-name"), "pasted.png");
  // Of words from an office program there is a picture, too.
  const isTaken = await page.evaluate(() => {
    const transfer = new DataTransfer();
    transfer.items.add("words", "text/plain");
    transfer.items.add(new File(["a picture of words"], "words.png", { type: "image/png" }));
    const paste = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
    document.getElementById("prompt").dispatchEvent(paste);
    return paste.defaultPrevented;
  });
  assert.equal(isTaken, false);
  assert.equal(await text(page, "#photo-name"), "pasted.png");
  // Not every system knows a type for each sound.
  for (const name of ["memo.amr", "Memo.CAF", "talk.mkv"]) {
    await page.evaluate((name) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(["not a sound"], name));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }, name);
    await page.waitForFunction((name) => document.getElementById("voice-name").textContent === name, name);
  }
  assert.equal(await text(page, "#photo-name"), "pasted.png");
  assertQuiet(visit);
  await visit.close();
});

test("of several photos or clips that come at once one is taken, and it is said which", async () => {
  const visit = await stand.open();
  const { page } = visit;
  const [photo, clip] = [await picture(page, 400, 400), voice().buffer].map((bytes) => bytes.toString("base64"));
  await page.evaluate(async (given) => {
    const transfer = new DataTransfer();
    for (const [name, type, base64] of given) {
      transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name, { type }));
    }
    document.getElementById("photo").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, [["1.png", "image/png", photo], ["2.png", "image/png", photo], ["talk.wav", "audio/wav", clip], ["3.png", "image/png", photo]]);
  await page.waitForSelector("#photo[data-state=good]");
  await page.waitForSelector("#voice[data-state=good]");
  assert.deepEqual([await text(page, "#photo-name"), await text(page, "#voice-name")], ["1.png", "talk.wav"]);
  assert.deepEqual([await text(page, "#photo-problems"), await text(page, "#voice-problems")], ["Several photos came at once; only 1.png was taken.", ""]);
  await page.click("#language");
  await page.waitForFunction(() => /взято только 1\.png/.test(document.getElementById("photo-problems").textContent));
  await useSamples(page);
  assert.equal(await text(page, "#photo-problems"), "");
  assertQuiet(visit);
  await visit.close();
});

test("an address that is dropped or pasted as text is not taken silently", async () => {
  const visit = await stand.open();
  const { page } = visit;
  const give = (selector, kind, words) => page.locator(selector).evaluate((element, [kind, words]) => {
    const data = new DataTransfer();
    data.setData("text/plain", words);
    const given = { dataTransfer: data, clipboardData: data, bubbles: true, cancelable: true };
    return !element.dispatchEvent(kind === "drop" ? new DragEvent(kind, given) : new ClipboardEvent(kind, given));
  }, [kind, words]);
  const problems = (name) => text(page, `#${name}-problems`);
  assert.equal(await give("body", "drop", " https://example.com/photo.jpg\n"), true, "some browsers go to it");
  assert.match(await problems("photo"), /Save .* as a file/);
  await give("#voice", "paste", "https://example.com/elsewhere");
  assert.match(await problems("voice"), /Save .* as a file/);
  await useSamples(page);
  await give("body", "paste", "words, and https://example.com/ among them");
  assert.equal(await give("#prompt", "paste", "https://example.com/photo.jpg"), false);
  assert.deepEqual([await problems("photo"), await problems("voice")], ["", ""]);
  assertQuiet(visit);
  await visit.close();
});

test("a link that is dropped is not taken, and it says what to do", async () => {
  const visit = await stand.open();
  const { page } = visit;
  const drop = (selector, address) => page.locator(selector).evaluate((element, url) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData("text/uri-list", url);
    const event = (name) => new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true });
    return ["dragover", "drop"].map((name) => !element.dispatchEvent(event(name)));
  }, address);
  const problems = (name) => text(page, `#${name}-problems`);
  assert.deepEqual(await drop("body", "https://example.com/photo.jpg"), [true, true], "it must not lead away from the page");
  assert.match(await problems("photo"), /Save .* as a file/);
  assert.deepEqual(await drop("body", "https://example.com/a/voice.mp3?x=1"), [true, true]);
  assert.match(await problems("voice"), /Save .* as a file/);
  assert.deepEqual(await drop("#prompt", "https://example.com/photo.jpg"), [false, false], "text fields take links as text");
  await useSamples(page);
  assert.equal(await problems("photo"), "");
  await drop("#voice", "https://example.com/elsewhere");
  await drop("#voice", "https://example.com/elsewhere");
  assert.equal(await page.locator("#voice-problems li").count(), 1);
  assert.equal(await page.getAttribute("#voice", "data-state"), "good");
  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  assertQuiet(visit);
  await visit.close();
});
