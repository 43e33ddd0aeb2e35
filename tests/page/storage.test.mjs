// Videos are kept as far as the browser keeps them, and it is said where it does not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OFFLINE, cards, held, kept, openWithSamples, ready, recorded } from "./shelf.mjs";
import { assertQuiet, phase, startStand, text } from "./stand.mjs";
import { playFrames } from "./video.mjs";

let stand;
before(async () => (stand = await startStand()));
after(() => stand?.close());

const openReady = (settings) => openWithSamples(stand, settings);

test("a full disk is said, and what is new is kept as soon as something was deleted", async () => {
  let room;
  const before = async (page, context) => {
    const devTools = await context.newCDPSession(page);
    room = (quotaSize) => devTools.send("Storage.overrideQuotaForOrigin", { origin: new URL(stand.url).origin, quotaSize });
    await room(1_300_000); // One video, not two.
  };
  const visit = await openReady({ before });
  const { page } = visit;
  await page.click("#generate");
  await kept(page);
  await page.click("#generate");
  await page.waitForSelector("#shelf-trouble:visible");
  assert.match(await text(page, "#shelf-trouble"), /could not be kept in this browser/);
  await page.waitForSelector("#done:visible");
  assert.match(await text(page, "#done-note"), /The service keeps it for 30 days/);
  await room(undefined);
  await page.locator(".card-delete").last().click();
  await page.waitForSelector("#shelf-trouble", { state: "hidden" });
  assert.match(await text(page, "#done-note"), /kept in this browser/);
  assert.match(await text(page, "#shelf-space"), /^1 video, \d/);
  await page.reload();
  await ready(page);
  await page.click(".card-open");
  await held(page);
  assertQuiet(visit);
  await visit.close();
});

test("what is not finished is kept again when the site's data is deleted while the page is open", async () => {
  const visit = await openReady();
  const { page, context } = visit;
  const devTools = await context.newCDPSession(page);
  const { origin } = new URL(stand.url);
  await page.click("#generate");
  await kept(page);
  await page.fill("#prompt", "Another one");
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  await page.waitForFunction(() => /^2 videos/.test(document.getElementById("shelf-space").textContent));
  await devTools.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" });
  await page.waitForFunction(() => document.getElementById("shelf-space").textContent === "1 video");
  assert.equal(await text(page, "#shelf-trouble"), "");
  await page.locator(".card-open").last().click();
  assert.match(await text(page, "#done-note"), /The service keeps it for 30 days/);
  await page.reload();
  stand.finish();
  await page.waitForSelector("#done:visible");
  await kept(page);
  assert.equal(await page.locator("#shelf .card").count(), 1);
  assert.equal(await text(page, "#shelf-trouble"), "");
  assert.equal(stand.sandbox.ledger.creates.length, 2);
  assertQuiet(visit);
  await visit.close();
});

test("a list of videos that does not load is told, and nothing is said to stay", async () => {
  const visit = await openReady({ before: (page) => page.route("**/history/main.js", (route) => route.abort("failed")) });
  const { page } = visit;
  await page.waitForSelector("#shelf-trouble:visible");
  assert.match(await text(page, "#shelf-trouble"), /did not load/);
  assert.doesNotMatch(await page.innerText("main, footer"), /stay in this browser/);
  assert.doesNotMatch(await page.innerText("footer"), /stay in this browser/);
  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  assertQuiet(visit, OFFLINE);
  await visit.close();
});

for (const [name, refuse] of Object.entries({
  "refuses to open its store": () => (IDBFactory.prototype.open = () => { throw new DOMException("denied", "SecurityError"); }),
  "cannot read its store": () => (IDBObjectStore.prototype.getAll = () => { throw new DOMException("broken", "UnknownError"); }),
})) {
  test(`where a browser ${name}, the page says so from the start and makes videos all the same`, async () => {
    const visit = await openReady({ before: (page) => page.addInitScript(refuse) });
    const { page } = visit;
    await page.waitForSelector("#shelf-trouble:visible");
    assert.match(await text(page, "#shelf-trouble"), /keeps nothing for this page/);
    assert.ok(await page.isHidden("#shelf-empty"), "it does not say that videos stay");
    assert.doesNotMatch(await page.innerText("footer"), /stay in this browser/);
    await page.click("#generate");
    await page.waitForSelector("#done:visible");
    assert.equal(await text(page, "#shelf-space"), "1 video");
    assert.ok(await page.isVisible("#shelf-trouble"));
    assertQuiet(visit);
    await visit.close();
  });
}

test("where a browser keeps bytes but no files, as WebKit in a private window, videos outlive a reload all the same", async () => {
  const noFiles = (page) => page.addInitScript(() => {
    const { prototype } = IDBObjectStore;
    const { put } = prototype;
    prototype.put = function (value, ...key) {
      if ([value, ...Object.values(value)].some((each) => each instanceof Blob)) throw new DOMException("Error preparing Blob/File data", "UnknownError");
      return put.call(this, value, ...key);
    };
  });
  const visit = await openReady({ before: noFiles });
  const { page } = visit;
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  await recorded(page);
  assert.equal(await text(page, "#shelf-trouble"), "");
  await page.reload();
  stand.finish();
  await page.waitForSelector("#done:visible");
  await kept(page);
  await page.reload();
  await cards(page, "done").waitFor();
  await page.waitForFunction(() => document.querySelector(".card img").naturalWidth > 0);
  await page.click(".card-open");
  await held(page);
  assert.ok((await page.locator("#stage-video").evaluate(playFrames)).frames > 0);
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  assertQuiet(visit);
  await visit.close();
});

test("a long list of videos is built and cleared card by card", async () => {
  const visit = await stand.open({ before: (page) => page.addInitScript(() => {
    window.changes = 0;
    window.watch = () => new MutationObserver((all) => (window.changes += all.length)).observe(document.getElementById("shelf-list"), { subtree: true, childList: true, attributes: true });
    document.addEventListener("DOMContentLoaded", () => window.watch());
  }) });
  const { page } = visit;
  const count = 60;
  await page.evaluate(async (count) => {
    const { openStore } = await import("/app/history/store.js");
    const store = await openStore();
    const video = { id: "x", url: "https://example.com/x.mp4", durationSeconds: 5 };
    for (let at = 1; at <= count; at++) await store.save({ id: `video-${at}`, createdAt: at, hasFiles: false, input: {}, state: { kind: "done", video } });
  }, count);
  await page.reload();
  await page.waitForFunction((count) => document.querySelectorAll("#shelf .card").length === count, count);
  const changes = () => page.evaluate(() => window.changes);
  assert.ok((await changes()) < 40 * count, `${await changes()} changes`);
  assert.equal(await page.locator(".card-time").last().textContent(), await page.evaluate(() => new Intl.DateTimeFormat("en", { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }).format(1)));
  await page.click("#shelf-clear");
  await page.evaluate(() => (window.changes = 0));
  await page.click("#shelf-clear");
  assert.equal(await page.locator("#shelf .card").count(), 0);
  assert.ok((await changes()) < 10 * count, `${await changes()} changes`);
  assertQuiet(visit);
  await visit.close();
});

test("where there is no room, the oldest video goes first and its record stays", async () => {
  const visit = await stand.open();
  const found = await visit.page.evaluate(async () => {
    const [{ Runs }, { History }, { openStore }] = await Promise.all(["runs", "history/history", "history/store"].map((name) => import(`/app/${name}.js`)));
    const runs = new Runs();
    const history = new History({ runs, connection: {}, actions: {}, maxBytes: 1000, maxRecords: 3 });
    await history.start();
    const store = await openStore();
    for (let at = 1; at <= 4; at++) {
      runs.start({ id: `video-${at}`, createdAt: at });
      runs.current.restore({ kind: "done", video: { id: "x", url: "https://example.com/x.mp4", durationSeconds: 2 } });
      runs.current.hold(new Blob([new Uint8Array(400)]));
      await history.saved;
    }
    await history.saved; // making room for the last one took the first one away
    const ids = ["video-1", "video-2", "video-3", "video-4"];
    return {
      records: (await store.records()).map(({ id }) => id),
      files: (await Promise.all(ids.map((id) => store.file(id, "video")))).map((blob) => blob?.size ?? 0),
      bytes: history.bytes,
    };
  });
  assert.deepEqual(found, { records: ["video-2", "video-3", "video-4"], files: [0, 0, 400, 400], bytes: 800 });
  await visit.close();
});
