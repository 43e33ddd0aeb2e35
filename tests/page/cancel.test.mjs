import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { file, picture, voice, wav } from "./fixtures.mjs";
import { assertQuiet, phase, startStand, text } from "./stand.mjs";

let stand;
before(async () => (stand = await startStand()));
after(() => stand?.close());

/** Opens the page with files chosen, so that only Generate is left. */
async function openReady(clip = voice(), settings) {
  const visit = await stand.open(settings);
  await visit.page.setInputFiles("#photo-input", file("p.png", "image/png", await picture(visit.page, 400, 400)));
  await visit.page.setInputFiles("#voice-input", clip);
  await visit.page.waitForSelector("#photo[data-state=good]");
  await visit.page.waitForSelector("#voice[data-state=good]");
  return visit;
}

test("cancelling an upload shows real bytes before and orders nothing", async () => {
  stand.reset();
  const visit = await openReady(file("long.wav", "audio/wav", wav(50, 44_100)));
  const { page, context } = visit;
  const line = await context.newCDPSession(page);
  await line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 400_000 });
  await page.click("#generate");
  const bar = page.locator("#progress-bar[aria-valuenow]");
  await page.waitForFunction(() => {
    const now = Number(document.getElementById("progress-bar").getAttribute("aria-valuenow"));
    return now > 0 && now < 100;
  });
  assert.match(await text(page, "#progress-note"), /^[\d.]+\s[KM]B of [\d.]+\sMB$/);
  assert.equal(await bar.getAttribute("role"), "progressbar");
  await page.click("#cancel");
  await page.waitForSelector("#notice:visible", { timeout: 1000 });
  assert.equal(await text(page, "#notice-title"), "Cancelled");
  assert.match(await text(page, "#notice-advice"), /Nothing was ordered/);
  assert.ok(await page.isHidden("#notice-task-line"));
  assert.ok(await page.isHidden("#cancel"));
  assert.equal(await page.evaluate(() => document.getElementById("stage").contains(document.activeElement)), true);
  await line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  assert.equal(stand.sandbox.ledger.creates.length, 0);

  await page.setInputFiles("#voice-input", voice());
  await page.waitForSelector("#voice[data-state=good]");
  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  assertQuiet(visit);
  await visit.close();
});

test("while the task cannot be read the page says so, and no longer once it can", async () => {
  stand.reset();
  const visit = await openReady();
  const { page } = visit;
  await stand.sandbox.faults.add([{ on: "read", action: "drop", times: 1000 }]);
  stand.hold();
  await page.click("#generate");
  await page.waitForFunction(() => /cannot be read at the moment; the task is not lost\. Trying again in \d/.test(document.getElementById("progress-note").textContent));
  assert.deepEqual([await text(page, "#progress-phase"), await text(page, ".card-state")], ["Asking the service", "Asking"]);
  assert.match(await page.title(), /^Asking the service/);
  stand.sandbox.faults.clear();
  await phase(page, "processing");
  stand.finish();
  await page.waitForSelector("#done:visible");
  await visit.close();
});

test("a task is waited for, however long a laptop has slept meanwhile", async () => {
  stand.reset();
  const visit = await openReady(voice(), { before: (page) => page.clock.install() });
  const { page } = visit;
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  await page.clock.fastForward(8 * 3600_000);
  stand.finish();
  await page.waitForSelector("#done:visible");
  assert.match(await text(page, "#done-facts"), /^2\.5\ss$/);
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  assertQuiet(visit);
  await visit.close();
});

test("cancelling while waiting names the task, which can be picked up without paying again", async () => {
  stand.reset();
  const visit = await openReady();
  const { page } = visit;
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  assert.match(await text(page, "#progress-elapsed"), /^\d+:\d\d$/);
  await page.click("#cancel");
  await page.waitForSelector("#notice:visible", { timeout: 1000 });
  const [{ taskId }] = stand.sandbox.ledger.creates;
  assert.equal(await text(page, "#notice-title"), "You stopped waiting");
  assert.match(await text(page, "#notice-advice"), /The task goes on/);
  assert.equal(await text(page, "#notice-task"), taskId);
  assert.equal(await text(page, "#resume"), "Pick it up again");
  stand.finish();
  await page.click("#resume");
  await page.waitForSelector("#done:visible");
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  assertQuiet(visit);

  const later = await stand.open();
  await later.page.click("#pickup summary");
  await later.page.fill("#pickup-id", taskId);
  await later.page.press("#pickup-id", "Enter");
  await later.page.waitForSelector("#done:visible");
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  assertQuiet(later);
  await later.close();
  await visit.close();
});

test("cancelling after the upload and before the answer offers to look for the video", async () => {
  stand.reset();
  await stand.sandbox.faults.add({ on: "create", action: "delay", when: "after", ms: 60_000 });
  const visit = await openReady();
  const { page } = visit;
  await page.click("#generate");
  await page.waitForFunction(() => document.getElementById("progress-note").textContent.startsWith("All sent"));
  for (const end = Date.now() + 10_000; stand.sandbox.ledger.creates.length === 0; ) {
    assert.ok(Date.now() < end, "the create never arrived");
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await page.click("#cancel");
  await page.waitForSelector("#notice:visible", { timeout: 1000 });
  assert.equal(await text(page, "#notice-title"), "Cancelled at the last moment");
  assert.equal(await text(page, "#resume"), "Look for the video");
  await page.click("#resume");
  await page.waitForSelector("#done:visible");
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  assertQuiet(visit);
  await visit.close();
});

test("a double click presses no button that comes to stand in the place of the first", async () => {
  stand.reset();
  const visit = await openReady();
  const { page } = visit;
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  await page.dblclick("#cancel", { delay: 50 });
  await page.waitForSelector("#notice:visible");
  assert.ok(await page.isVisible("#resume"));
  stand.finish();
  await page.dblclick("#resume", { delay: 50 });
  await page.waitForSelector("#done:visible");
  await page.fill("#prompt", "Another one");
  await page.click("#generate");
  await page.locator("#shelf .card[data-state=done]").nth(1).waitFor();
  await page.dblclick("#shelf-clear", { delay: 50 });
  assert.equal(await text(page, "#shelf-clear"), "Really delete 2 videos?");
  await page.locator(".card-delete").first().dblclick({ delay: 50 });
  assert.equal(await page.locator("#shelf .card").count(), 1);
  assertQuiet(visit);
  await visit.close();
});

test("leaving is asked about while a reload would lose something, and no longer", async () => {
  stand.reset();
  const visit = await openReady(file("long.wav", "audio/wav", wav(50, 44_100)));
  const { page, context } = visit;
  const line = await context.newCDPSession(page);
  await line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 400_000 });
  stand.hold();
  await page.click("#generate");
  await phase(page, "uploading");
  const [dialog] = await Promise.all([page.waitForEvent("dialog"), page.close({ runBeforeUnload: true })]);
  assert.equal(dialog.type(), "beforeunload");
  await dialog.dismiss();
  await line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await phase(page, "processing");
  await page.waitForSelector("#shelf .card[data-state=running]");
  const closed = page.waitForEvent("close");
  page.on("dialog", (asked) => assert.fail(`asked once more: ${asked.type()}`));
  await page.close({ runBeforeUnload: true });
  await closed;
  stand.finish();
  await visit.close();
});

test("an unknown task id is said to be unknown", async () => {
  const visit = await stand.open();
  const { page } = visit;
  await page.click("#pickup summary");
  for (const id of ["123456789012345678", "x".repeat(5000)]) {
    await page.fill("#pickup-id", id);
    await page.press("#pickup-id", "Enter");
    await page.waitForFunction((asked) => document.getElementById("notice-task").textContent === asked, id);
    assert.equal(await text(page, "#notice-title"), "There is no such task here");
    assert.ok(await page.isHidden("#resume"));
    assert.ok((await page.locator("#shelf .card").count()) <= 1, "each unknown id stays among the videos");
  }
  assertQuiet(visit, [/404/]);
  await visit.close();
});
