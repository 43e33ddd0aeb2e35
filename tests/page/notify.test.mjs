import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, phase, startStand, text, useSamples } from "./stand.mjs";

let stand;
before(async () => (stand = await startStand()));
after(() => stand?.close());

/** Notes what the page asks and shows; whether the page is seen is told by `window.isSeen`. */
function watch() {
  window.isSeen = true;
  window.shown = [];
  window.asked = 0;
  const Real = window.Notification;
  const ask = Real.requestPermission.bind(Real);
  Real.requestPermission = () => (window.asked++, ask());
  window.Notification = class extends Real {
    constructor(title, options) {
      super(title, options);
      window.shown.push(title);
    }
  };
  Object.defineProperty(document, "hidden", { get: () => !window.isSeen });
}

const open = () => stand.open({ before: (page) => page.addInitScript(watch) });

test("asks on a click and not before, and tells of a video that is ready while nobody looks", async () => {
  const visit = await open();
  const { page, context } = visit;
  assert.ok(await page.isHidden("#notify"));
  await useSamples(page);
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  assert.equal(await page.evaluate(() => window.asked), 0);
  await context.grantPermissions(["notifications"]);
  await page.click("#notify");
  await page.waitForFunction(() => document.getElementById("notify").disabled);
  assert.equal(await page.evaluate(() => window.asked), 1);
  assert.equal(await text(page, "#notify"), "You will be notified");
  await page.evaluate(() => (window.isSeen = false));
  stand.finish();
  await page.waitForSelector("#done:visible");
  assert.deepEqual(await page.evaluate(() => window.shown), ["Your video is ready"]);
  assertQuiet(visit);
  await visit.close();
});

test("says nothing to those who look at the page, or did not allow it", async () => {
  for (const allowed of [true, false]) {
    const visit = await open();
    const { page, context } = visit;
    if (allowed) await context.grantPermissions(["notifications"]);
    await useSamples(page);
    stand.hold();
    await page.click("#generate");
    await phase(page, "processing");
    await page.evaluate((seen) => (window.isSeen = seen), allowed);
    stand.finish();
    await page.waitForSelector("#done:visible");
    assert.deepEqual(await page.evaluate(() => window.shown), []);
    assertQuiet(visit);
    await visit.close();
  }
});
