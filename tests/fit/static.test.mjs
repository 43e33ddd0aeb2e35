// Fitting on the page as it is built for a static host: its parts and its styles are found there, too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAtHome, assertQuiet, text } from "../page/stand.mjs";
import { startStaticStand } from "../page/static-stand.mjs";
import { accept, offered, openFitting, photo } from "./dialogs.mjs";
import { colours, made, tones } from "./media.mjs";

test("the built page fits photos and voices", async (t) => {
  const stand = await startStaticStand("/deep/base/");
  t.after(() => stand.close());
  const visit = await stand.open();
  const { page } = visit;
  await offered(page, "photo", photo("beach.webp", await made("a.webp", ...colours(1600, 400))));
  await openFitting(page, "photo");
  assert.equal(await page.locator("dialog").evaluate((dialog) => getComputedStyle(dialog).borderRadius), "18px");
  await accept(page, "photo");
  assert.match(await text(page, "#photo-facts"), /^JPEG · 1,000 × 400/);
  await offered(page, "voice", photo("talk.flac", await made("a.flac", ...tones(4))));
  await openFitting(page, "voice");
  await accept(page, "voice");
  assert.match(await text(page, "#voice-facts"), /^WAV · 4\ss/);
  assertQuiet(visit);
  assertAtHome(visit);
  await visit.close();
});
