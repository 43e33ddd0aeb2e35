// Videos outlive a reload, a closed tab and a lost connection, and are paid for once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { file, picture, voice, wav } from "./fixtures.mjs";
import { OFFLINE, cards, held, kept, openWithSamples, ready, recorded } from "./shelf.mjs";
import { assertQuiet, phase, redirectComet, startStand, text, useSamples } from "./stand.mjs";
import { playFrames, unlikeness } from "./video.mjs";

let stand;
before(async () => (stand = await startStand()));
after(() => stand?.close());

const openReady = (settings) => openWithSamples(stand, settings);

/** A page that has a video under way, held, and has kept its task, and another tab of the same browser beside it. */
async function withSecondTab() {
  const visit = await openReady();
  stand.hold();
  await visit.page.click("#generate");
  await phase(visit.page, "processing");
  await recorded(visit.page);
  const other = await visit.context.newPage();
  await other.goto(stand.url);
  return { visit, other };
}

test("a reload goes on with the task, and the finished video is kept in the browser", async () => {
  const visit = await openReady();
  const { page } = visit;
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  await cards(page, "running").waitFor();
  await recorded(page);
  await page.reload();
  await phase(page, "processing");
  stand.finish();
  await page.waitForSelector("#done:visible");
  await kept(page);
  assert.equal(stand.sandbox.ledger.creates.length, 1);

  stand.reset(); // the service has forgotten it
  await page.reload();
  await cards(page, "done").waitFor();
  await useSamples(page);
  await page.click(".card-open");
  await held(page);
  const played = await page.locator("#stage-video").evaluate(playFrames);
  const seconds = await page.locator("#voice-audio").evaluate((audio) => audio.duration);
  assert.ok(Math.abs(played.duration - seconds) < 0.15, `video ${played.duration} s, voice ${seconds} s`);
  assert.ok((await page.evaluate(unlikeness)) < 12, "the video does not show the photo");
  assert.match(await text(page, "#done-note"), /kept in this browser/);
  const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  assert.equal(saved.suggestedFilename(), "portrait-avatar.mp4");
  assertQuiet(visit);
  await visit.close();
});

test("a closed tab is gone on with by the next one; a second one meanwhile leaves it alone", async () => {
  const { visit, other } = await withSecondTab();
  await other.click("#shelf .card-open");
  assert.equal(await text(other, "#notice-title"), "In another tab");
  await visit.page.close();
  stand.finish();
  await other.waitForSelector("#done:visible");
  await kept(other);
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  await visit.close();
});

test("a second tab shows the video as soon as it is finished in the first", async () => {
  const { visit, other } = await withSecondTab();
  await other.click("#shelf .card-open");
  stand.finish();
  await other.waitForSelector("#done:visible");
  await held(other);
  await kept(other);
  await visit.close();
});

test("a connection that comes back is made use of", async () => {
  const visit = await openReady();
  const { page, context } = visit;
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  await context.setOffline(true);
  await page.waitForFunction(() => document.getElementById("progress-note").textContent.startsWith("No connection"));
  stand.finish();
  await context.setOffline(false);
  await page.waitForSelector("#done:visible");
  await kept(page);
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  assertQuiet(visit, OFFLINE);
  await visit.close();
});

test("another video that is made in a second tab puts nothing of the first one away", async () => {
  const visit = await openReady();
  const { page, context } = visit;
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  await recorded(page);
  await page.route("**/kling/**", () => {}); // it hears of no end
  stand.finish();
  const other = await context.newPage();
  await other.goto(stand.url);
  await other.waitForSelector("#shelf .card");
  await useSamples(other);
  await other.click("#generate");
  await other.waitForSelector("#done:visible");
  assert.equal(await other.locator("#shelf .card").count(), 2);
  await page.close();
  await cards(other, "done").nth(1).waitFor();
  assert.equal(stand.sandbox.ledger.creates.length, 2);
  await visit.close();
});

test("what is asked for by its id is not said to wait before the service says so", async () => {
  const visit = await openReady();
  const { page } = visit;
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  await recorded(page);
  let answer;
  const asked = new Promise((resolve) => (answer = resolve));
  await page.route("**/kling/**", async (route) => {
    await asked;
    await route.continue();
  });
  await page.reload();
  await phase(page, "asking");
  assert.equal(await text(page, "#progress-phase"), "Asking the service");
  assert.equal(await text(page, ".card-state"), "Asking");
  answer();
  await phase(page, "processing");
  stand.finish();
  await page.waitForSelector("#done:visible");
  assertQuiet(visit);
  await visit.close();
});

test("an upload that a reload cut off is looked for, and sent again only when asked for", async () => {
  const visit = await openReady();
  const { page, context } = visit;
  await page.setInputFiles("#voice-input", file("long.wav", "audio/wav", wav(20, 44_100)));
  await page.waitForSelector("#voice[data-state=good]");
  const line = await context.newCDPSession(page);
  const speed = (uploadThroughput) => line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
  await speed(200_000);
  await page.click("#generate");
  await phase(page, "uploading");
  await recorded(page);
  page.once("dialog", (dialog) => dialog.accept());
  await page.reload();
  await page.waitForSelector("#notice:visible");
  assert.equal(await text(page, "#notice-title"), "No such video was ordered");
  assert.equal(stand.sandbox.ledger.creates.length, 0);
  await speed(-1);
  await page.click("#resume");
  await page.waitForSelector("#done:visible");
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  assertQuiet(visit, [/404/]);
  await visit.close();
});

test("a task made with a key waits for the key after a reload", async () => {
  const visit = await openReady({ before: (page) => redirectComet(page, stand.sandbox) });
  const { page } = visit;
  await page.click("#connection summary");
  await page.check("[name=connection][value=key]");
  await page.fill("#api-key", "sk-my-own-key-1");
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  await recorded(page);
  await page.reload();
  await page.waitForSelector("#notice:visible");
  assert.equal(await text(page, "#notice-title"), "Type your key to go on");
  await page.click("#resume");
  assert.equal(await page.evaluate(() => document.activeElement.id), "api-key");
  await page.fill("#api-key", "sk-my-own-key-1");
  stand.finish();
  await page.click("#resume");
  await page.waitForSelector("#done:visible");
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  assertQuiet(visit, OFFLINE);
  await visit.close();
});

test("an upload with a key that a reload cut off is looked for when the key is there again, whatever is made meanwhile", async () => {
  const visit = await openReady({ before: (page) => redirectComet(page, stand.sandbox) });
  const { page } = visit;
  await page.click("#connection summary");
  await page.check("[name=connection][value=key]");
  await page.fill("#api-key", "sk-a-good-one");
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("https://api.cometapi.com/**", (route) => (route.request().method() === "POST" ? held.then(() => route.abort().catch(() => {})) : route.fallback()));
  await page.click("#generate");
  await phase(page, "uploading");
  await recorded(page);
  page.once("dialog", (dialog) => dialog.accept());
  await page.reload();
  release();
  await page.waitForSelector("#notice:visible");
  assert.equal(await text(page, "#notice-title"), "Type your key to go on");
  await useSamples(page);
  await page.check("[name=connection][value=sandbox]", { force: true });
  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  await cards(page, "failed").locator(".card-open").click();
  assert.equal(await text(page, "#notice-title"), "Type your key to go on");
  await page.click("#resume");
  await page.fill("#api-key", "sk-a-good-one");
  await page.click("#resume");
  await page.waitForFunction(() => document.getElementById("notice-title").textContent === "No such video was ordered");
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  assertQuiet(visit, OFFLINE);
  await visit.close();
});

test("several are made at a time, each shown when it is asked for", async () => {
  const visit = await openReady();
  const { page } = visit;
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  assert.equal(await page.getAttribute("#generate", "aria-disabled"), "true");
  await page.setInputFiles("#photo-input", file("square.png", "image/png", await picture(page, 400, 400)));
  await page.setInputFiles("#voice-input", voice(2.5));
  await page.waitForSelector("#photo[data-state=good]");
  await page.waitForSelector("#generate[aria-disabled=false]");
  await page.click("#generate");
  await page.waitForFunction(() => document.querySelectorAll("#shelf .card").length === 2);
  stand.finish();
  await page.waitForFunction(() => document.querySelectorAll("#shelf .card[data-state=done]").length === 2);
  assert.equal(stand.sandbox.ledger.creates.length, 2);
  const lengths = [];
  for (const place of [0, 1]) {
    await page.locator(".card-open").nth(place).click();
    await page.waitForSelector(`.card:nth-child(${place + 1}) [aria-current=true]`);
    await page.waitForFunction((former) => {
      const { duration } = document.getElementById("stage-video");
      return Number.isFinite(duration) && duration !== former;
    }, lengths[0]);
    lengths.push(await page.locator("#stage-video").evaluate(({ duration }) => duration));
  }
  assert.deepEqual(lengths.map((length) => length.toFixed(1)), ["2.5", "7.8"]);
  assertQuiet(visit);
  await visit.close();
});

test("one video or all of them can be deleted, and nothing of them is left", async () => {
  const visit = await openReady();
  const { page } = visit;
  const left = () => page.evaluate(async () => {
    const database = await new Promise((resolve) => (indexedDB.open("kling-avatar").onsuccess = ({ target }) => resolve(target.result)));
    const count = (store) => new Promise((resolve) => (database.transaction(store).objectStore(store).count().onsuccess = ({ target }) => resolve(target.result)));
    const counts = [await count("videos"), await count("files")];
    database.close();
    return counts;
  });
  for (const prompt of ["One", "Two", "Three"]) {
    await page.fill("#prompt", prompt);
    await page.waitForSelector("#generate[aria-disabled=false]");
    await page.click("#generate");
    await phase(page, "submitted");
  }
  await page.waitForFunction(() => document.querySelectorAll("#shelf .card[data-state=done]").length === 3);
  await page.waitForFunction(() => /^3 videos, \d/.test(document.getElementById("shelf-space").textContent));
  await page.locator(".card-delete").first().click();
  assert.equal(await page.locator("#shelf .card").count(), 2);
  assert.equal(await page.evaluate(() => document.activeElement.className), "card-delete");
  await page.click("#shelf-clear");
  assert.equal(await text(page, "#shelf-clear"), "Really delete 2 videos?");
  assert.equal(await page.locator("#shelf .card").count(), 2);
  await page.click("#shelf-clear");
  assert.equal(await page.locator("#shelf .card").count(), 0);
  assert.ok(await page.isVisible("#shelf-empty"));
  assert.equal(await page.title(), "kling-avatar: give a photo a voice");
  for (const end = Date.now() + 10_000; (await left()).join() !== "0,0"; ) assert.ok(Date.now() < end, `left: ${await left()}`);
  await page.reload();
  await ready(page);
  assert.equal(await page.locator("#shelf .card").count(), 0);
  assertQuiet(visit);
  await visit.close();
});

test("a video on its way is not deleted by one press", async () => {
  const visit = await openReady();
  const { page } = visit;
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  const cards = page.locator("#shelf .card");
  await page.click(".card-delete");
  assert.equal(await cards.count(), 1);
  assert.match(await text(page, "#shelf-trouble"), /once more to delete.*not finished/);
  await page.keyboard.press("Tab");
  assert.equal(await text(page, "#shelf-trouble"), "");
  await page.click("#cancel");
  await page.waitForSelector("#notice:visible");
  await page.focus(".card-delete");
  await page.keyboard.press("Enter");
  assert.equal(await cards.count(), 1);
  await page.keyboard.press("Enter");
  assert.equal(await cards.count(), 0);
  assert.equal(await text(page, "#shelf-trouble"), "");
  assertQuiet(visit);
  await visit.close();
});
