// The folder of `npm run build:www`, on a host that has nothing behind it, under a path of its own.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { hosted, startStaticStand } from "./static-stand.mjs";
import { voice } from "./fixtures.mjs";
import { buildPage } from "../../npm/build/page.mjs";
import { assertAtHome, assertQuiet, phase, text, useSamples } from "./stand.mjs";
import { playFrames, unlikeness } from "./video.mjs";

let stand;
before(async () => (stand = await startStaticStand("/deep/base/")));
after(() => stand?.close());

/** The finished video on the stage is a real one of the chosen photo and voice. */
async function assertPlays(page, seconds) {
  const played = await page.locator("#stage-video").evaluate(playFrames);
  assert.ok(played.frames >= 10 && played.currentTime > 0, JSON.stringify(played));
  assert.ok(Math.abs(played.duration - seconds) < 0.15, `video ${played.duration} s, voice ${seconds} s`);
  assert.deepEqual([played.width, played.height], [576, 720]);
}

test("makes a real video in the page, keeps it, and asks nobody", async () => {
  const visit = await stand.open();
  const { page, seen } = visit;
  assert.equal(await text(page, "#connection-name"), "Preview");
  await useSamples(page);
  const seconds = await page.locator("#voice-audio").evaluate((audio) => audio.duration);
  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  await page.waitForSelector("#stage-video[src^=blob]");
  await assertPlays(page, seconds);
  assert.ok((await page.evaluate(unlikeness)) < 12, "the video does not show the photo");
  assert.match(await text(page, "#done-note"), /A preview made by this page/);
  const hosts = new Set(seen.requests.map(({ url }) => url).filter((url) => !url.startsWith("blob:")).map((url) => new URL(url).origin));
  assert.deepEqual([...hosts], [new URL(stand.url).origin]);

  const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  assert.equal(saved.suggestedFilename(), "portrait-avatar.mp4");
  assert.equal((await readFile(await saved.path())).toString("latin1", 4, 8), "ftyp");

  await page.waitForFunction(() => /MB|KB/.test(document.getElementById("shelf-space").textContent));
  await page.reload();
  await page.waitForSelector("#shelf .card[data-state=done]");
  await page.click(".card-open");
  await page.waitForSelector("#stage-video[src^=blob]");
  await assertPlays(page, seconds);
  assertQuiet(visit);
  assertAtHome(visit);
  await visit.close();
});

test("a preview that a reload cut off is made anew", async () => {
  const visit = await stand.open();
  const { page } = visit;
  page.on("dialog", (dialog) => dialog.accept());
  await useSamples(page);
  await page.click("#generate");
  await page.waitForSelector("#shelf .card[data-state=running]");
  await phase(page, "processing");
  await page.waitForFunction(() => !document.getElementById("shelf-space").textContent.startsWith("0"));
  await page.reload();
  await page.waitForSelector("#stage-video[src^=blob]");
  assert.equal(await page.locator("#shelf .card").count(), 1);
  assertQuiet(visit);
  await visit.close();
});

test("a browser without encoders records the preview", async () => {
  const visit = await stand.open({ before: (page) => page.addInitScript(() => delete window.AudioEncoder) });
  const { page } = visit;
  await useSamples(page);
  await page.setInputFiles("#voice-input", voice(2.5));
  await page.waitForFunction(() => document.getElementById("voice-name").textContent === "voice.wav");
  await page.waitForSelector("#voice[data-state=good]");
  await page.click("#generate");
  await page.waitForSelector("#stage-video[src^=blob]");
  const played = await page.locator("#stage-video").evaluate(playFrames);
  assert.ok(played.frames >= 10 && Math.abs(played.duration - 2.5) < 0.4, JSON.stringify(played));
  assert.deepEqual([played.width, played.height], [320, 400]);
  assert.ok((await page.evaluate(unlikeness)) < 14, "the video does not show the photo");
  assertQuiet(visit);
  await visit.close();
});

test("a key works there as anywhere", async () => {
  const visit = await stand.open();
  const { page } = visit;
  await useSamples(page);
  await page.click("#connection summary");
  await page.check("[name=connection][value=key]");
  await page.click("#generate");
  assert.equal(await page.evaluate(() => document.activeElement.id), "api-key");
  assertQuiet(visit);
  await visit.close();
});

test("config.json may be missing, and may name a gateway", async (t) => {
  const host = await hosted(stand.folder, "/", { "/config.json": null });
  t.after(() => host.close());
  const bare = await stand.open({ url: host.url });
  assert.equal(await text(bare.page, "#connection-name"), "Preview");
  assertQuiet(bare, [/404/]);
  await bare.close();

  const other = await hosted(stand.folder, "/", { "/config.json": '{"gatewayUrl":"/avatar"}' });
  t.after(() => other.close());
  const visit = await stand.open({ url: other.url });
  assert.equal(await text(visit.page, "#connection-name"), "A gateway");
  assert.equal(await visit.page.inputValue("#gateway-url"), `${other.url}avatar`);
  assertQuiet(visit);
  await visit.close();
});

test("what config.json says too late does not undo what was chosen", async () => {
  let answer;
  const visit = await stand.open({ ready: "#connection summary", before: (page) => page.route("**/config.json", async (route) => {
    await new Promise((resolve) => (answer = resolve));
    await route.fulfill({ json: { gatewayUrl: "/avatar" } });
  }) });
  const { page } = visit;
  await page.click("#connection summary");
  await page.check("[name=connection][value=key]");
  await page.fill("#api-key", "sk-mine");
  answer();
  await page.waitForSelector("#generate:enabled");
  assert.equal(await text(page, "#connection-name"), "CometAPI with my key");
  assert.deepEqual([await page.inputValue("#api-key"), await page.isVisible("#api-key")], ["sk-mine", true]);
  await page.check("[name=connection][value=gateway]");
  assert.equal(await page.inputValue("#gateway-url"), new URL("/avatar", stand.url).href);
  assertQuiet(visit);
  await visit.close();
});

test("a config.json that does not answer holds nothing up, and is heeded when it comes", async () => {
  let answer;
  const visit = await stand.open({ ready: "#connection summary", before: async (page) => {
    await page.clock.install();
    await page.route("**/config.json", async (route) => {
      await new Promise((resolve) => (answer = resolve));
      await route.fulfill({ json: { gatewayUrl: "/avatar" } });
    });
  } });
  const { page } = visit;
  const asked = () => answer !== undefined;
  for (const end = Date.now() + 10_000; !asked(); ) {
    assert.ok(Date.now() < end, "config.json was not asked for");
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await page.clock.fastForward(5000);
  await page.waitForSelector("#generate:enabled");
  assert.equal(await text(page, "#connection-name"), "Preview");
  answer();
  await page.waitForFunction(() => document.getElementById("connection-name").textContent === "A gateway");
  assertQuiet(visit);
  await visit.close();
});

test("the folder holds what is needed and nothing else, and replaces no one's files", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "kling-avatar-www-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { files } = await buildPage(folder);
  const plain = files.map((path) => path.replace(/-[0-9A-Za-z]{8}(\.\w+)$/, "$1"));
  const odd = plain.filter((path) => !/^(index\.html|config\.json|LICENSES\.txt|favicon\.svg|style\.css|styles\/fit\.css|samples\/(portrait\.jpg|voice\.mp3)|app\/[\w-]+\.(js|wasm))$/.test(path));
  assert.deepEqual(odd, []);
  for (const needed of ["app/main.js", "app/browser.js", "app/kling_avatar_bg.wasm", "app/ru.js"]) assert.ok(plain.includes(needed), needed);
  assert.deepEqual((await buildPage(folder)).files, files);
  const html = await readFile(join(folder, "index.html"), "utf8");
  assert.deepEqual(html.match(/(?:src|href)="\/[^"]*"/g), null);
  await rm(join(folder, "LICENSES.txt"));
  await writeFile(join(folder, "notes.txt"), "mine");
  await assert.rejects(buildPage(folder), /holds other files/);
  assert.equal(await readFile(join(folder, "notes.txt"), "utf8"), "mine");
  assert.equal(existsSync(`${folder}.next`), false);
});
