// A photo that the service would refuse, made to fit on the page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAtHome, assertQuiet, startStand, text, useSamples } from "../page/stand.mjs";
import { sample, sha256 } from "../page/fixtures.mjs";
import { accept, assertSound, english, held, offered, openFitting, photo, ready, remembering } from "./dialogs.mjs";
import { HEIC, colours, facts, made, oriented } from "./media.mjs";

let stand;
before(async () => (stand = await startStand()));
after(() => stand?.close());

const values = (page) => page.locator("#fit-photo .fit-numbers input").evaluateAll((all) => all.map((each) => Number(each.value)));
const panorama = () => made("a.jpg", ...colours(3000, 900));

test("a photo that is too wide is cropped by hand and becomes a video", async () => {
  stand.sandbox.reset();
  const visit = await stand.open(remembering);
  const { page } = visit;
  await useSamples(page);
  await page.locator("#photo-offer:empty").waitFor({ state: "attached" });
  assert.match(await offered(page, "photo", photo("beach.jpg", await panorama())), /made to fit here/);
  assert.match(await text(page, "#photo-problems"), /3,000 × 900/);
  await openFitting(page, "photo");
  await assertSound(page);
  assert.deepEqual(await values(page), [375, 0, 2250, 900]);

  const box = await page.locator(".crop").boundingBox();
  const at = (x, y) => [box.x + (box.width * x) / 3000, box.y + (box.height * y) / 900];
  const drag = async (from, to) => {
    await page.mouse.move(...at(...from));
    await page.mouse.down();
    await page.mouse.move(...at(...to), { steps: 4 });
    await page.mouse.up();
  };
  await drag([2625, 900], [1125, 600]);
  await drag([700, 300], [1700, 300]);
  const [x, y, width, height] = await values(page);
  for (const [found, wanted] of [[x, 1375], [y, 0], [width, 750], [height, 600]]) assert.ok(Math.abs(found - wanted) < 12, `${[x, y, width, height]}`);
  await ready(page, "photo");
  assert.match(await text(page, "#fit-photo .fit-facts"), new RegExp(`JPEG, ${width} × ${height} pixels, \\d+\\sKB`));
  await accept(page, "photo");
  assert.equal(await text(page, "#photo-name"), "beach.jpg");
  assert.match(await text(page, "#photo-facts"), new RegExp(`^JPEG · ${width} × ${height}`));
  assert.equal(await page.evaluate(() => document.activeElement.id), "photo-adjust");
  assert.match(await text(page, "#photo-offer p"), /Made here from beach\.jpg, \d+\sKB\. The original is kept/);

  const sent = await held(page, "photo");
  assert.deepEqual((({ codec, width, height }) => [codec, width, height])(await facts(sent)), ["mjpeg", width, height]);
  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  await page.locator("#stage-video").evaluate((video) => new Promise((resolve) => {
    video.muted = true;
    video.requestVideoFrameCallback(resolve);
    video.play();
  }));
  const { creates } = stand.sandbox.ledger;
  assert.deepEqual(creates.map(({ image }) => image.sha256), [sha256(sent)]);
  assertQuiet(visit);
  assertAtHome(visit);
  await visit.close();
});

const noise = (size) => ["-f", "lavfi", "-i", `nullsrc=s=${size},geq=random(1)*255:128:128`, "-frames:v", "1"];
const PHOTOS = [
  ["WebP", () => made("a.webp", ...colours(640, 480)), /JPEG, 640 × 480/],
  ["AVIF", () => made("a.avif", ...colours(640, 480), "-c:v", "libaom-av1", "-still-picture", "1", "-cpu-used", "8"), /JPEG, 640 × 480/],
  ["12 megapixels in over 10 MB", () => made("a.png", ...noise("4000x3000")), /JPEG, 4,000 × 3,000 pixels, \d(\.\d)?\sMB/],
  ["a tall strip", () => made("a.png", ...colours(400, 1600)), /JPEG, 400 × 1,000/],
  ["a small picture", () => made("a.png", ...colours(200, 260)), /JPEG, 300 × 390 pixels.*Scaled up from 200 × 260.*no detail/],
];
for (const [what, make, said] of PHOTOS) {
  test(`fits ${what}`, async () => {
    const visit = await stand.open();
    const { page } = visit;
    await offered(page, "photo", photo("given.bin", await make()));
    await openFitting(page, "photo");
    assert.match(await text(page, "#fit-photo .fit-facts"), said);
    await accept(page, "photo");
    assert.deepEqual([await text(page, "#photo-name"), await text(page, "#photo-problems")], ["given.jpg", ""]);
    assertQuiet(visit);
    await visit.close();
  });
}

test("a photo that is stored turned is offered to be turned upright", async () => {
  const visit = await stand.open(remembering);
  const { page } = visit;
  await page.setInputFiles("#photo-input", photo("phone.png", oriented(await made("a.png", ...colours(600, 400)), 6)));
  await page.waitForSelector("#photo-offer button");
  await page.click("#photo .media-remove");
  await page.setInputFiles("#photo-input", photo("phone.jpg", oriented(await made("a.jpg", ...colours(600, 400)), 6)));
  await page.waitForSelector("#photo[data-state=good]");
  await page.waitForSelector("#photo-offer button");
  assert.match(await text(page, "#photo-offer"), /stored turned.*Turn it upright/);
  await openFitting(page, "photo");
  await accept(page, "photo");
  const found = await facts(await held(page, "photo"));
  assert.deepEqual([found.width, found.height], [400, 600]);
  await openFitting(page, "photo", "#photo-adjust");
  await page.click("#fit-photo .fit-tools button >> nth=0");
  await page.waitForFunction(() => document.getElementById("fit-width").value === "600");
  await accept(page, "photo");
  assert.match(await text(page, "#photo-facts"), /600 × 400/);
  assertQuiet(visit);
  await visit.close();
});

test("what this browser cannot decode is named, with what can", async () => {
  const visit = await stand.open();
  const { page } = visit;
  assert.match(await offered(page, "photo", photo("IMG_1.HEIC", HEIC)), /cannot open HEIC photos; Safari 17/);
  assert.equal(await page.locator("#photo-offer button").count(), 0);
  await page.click("#language");
  await page.waitForFunction(() => /не открывает фото HEIC/.test(document.getElementById("photo-offer").textContent));
  await page.setInputFiles("#photo-input", photo("words.jpg", Buffer.from("no picture")));
  await page.waitForFunction(() => document.getElementById("photo-offer").textContent === "");
  assertQuiet(visit);
  await visit.close();
});

test("what can be shown but not be fitted is not offered to be fitted", async () => {
  const visit = await stand.open();
  const { page } = visit;
  const cutOff = (await sample("portrait.jpg")).subarray(0, 20_000);
  const sizeless = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>');
  for (const given of [photo("cut.jpg", cutOff), { ...photo("round.svg", sizeless), mimeType: "image/svg+xml" }]) {
    await offered(page, "photo", photo("IMG_1.HEIC", HEIC));
    await page.setInputFiles("#photo-input", given);
    await page.waitForFunction(() => document.getElementById("photo-offer").textContent === "");
  }
  assertQuiet(visit);
  await visit.close();
});

test("the frame is moved and resized by the keyboard alone", async () => {
  const visit = await stand.open();
  const { page } = visit;
  await offered(page, "photo", photo("beach.jpg", await panorama()));
  await page.focus("#photo-offer button");
  await page.keyboard.press("Enter");
  await ready(page, "photo");
  await page.keyboard.press("Tab"); // the cross
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "The part that is kept");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.deepEqual(await values(page), [435, 0, 2250, 900]);
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Shift+ArrowUp");
  await page.keyboard.press("ArrowDown");
  assert.deepEqual(await values(page), [435, 30, 2175, 870]);
  await page.click("#fit-photo summary");
  await page.fill("#fit-width", "1000");
  await page.keyboard.press("Tab");
  assert.deepEqual(await values(page), [435, 30, 1000, 870]);
  await ready(page, "photo");
  assert.match(await text(page, "#fit-photo .fit-facts"), /1,000 × 870/);
  await page.focus("#fit-photo .fit-actions .primary");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#photo[data-state=good]");
  assertQuiet(visit);
  await visit.close();
});

test("nothing changes before it is accepted, and then it can be undone and changed again", async () => {
  const visit = await stand.open(remembering);
  const { page } = visit;
  await page.setInputFiles("#photo-input", photo("portrait.jpg", await sample("portrait.jpg")));
  await page.waitForSelector("#photo[data-state=good]");
  const facts = await text(page, "#photo-facts");
  await openFitting(page, "photo", "#photo-adjust");
  assert.deepEqual(await values(page), [0, 0, 768, 960]);
  await page.evaluate(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["another"], "pasted.png", { type: "image/png" }));
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true }));
  });
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  assert.deepEqual([await text(page, "#photo-facts"), await text(page, "#photo-offer")], [facts, ""]);
  assert.equal(await page.evaluate(() => document.activeElement.id), "photo-adjust");
  assert.equal(sha256(await held(page, "photo")), sha256(await sample("portrait.jpg")));

  await openFitting(page, "photo", "#photo-adjust");
  await page.click("#fit-photo summary");
  await page.fill("#fit-height", "500");
  await page.keyboard.press("Tab");
  await accept(page, "photo");
  assert.match(await text(page, "#photo-facts"), /768 × 500/);
  await openFitting(page, "photo", "#photo-adjust");
  assert.deepEqual(await values(page), [0, 0, 768, 500]);
  await page.click("#fit-photo .fit-tools button >> nth=1");
  assert.deepEqual(await values(page), [0, 0, 768, 960]);
  await page.click("#fit-photo .fit-close");
  await page.click("#photo-offer button");
  await page.waitForFunction((facts) => document.getElementById("photo-facts").textContent === facts, facts);
  await page.waitForSelector("#photo[data-state=good]");
  assert.equal(sha256(await held(page, "photo")), sha256(await sample("portrait.jpg")));
  assert.equal(await text(page, "#photo-offer"), "");
  assertQuiet(visit);
  await visit.close();
});

test("fits 320 px, in Russian without a word of English", async () => {
  const visit = await stand.open({ viewport: { width: 320, height: 640 }, locale: "ru-RU", colorScheme: "dark", reducedMotion: "reduce" });
  const { page } = visit;
  await offered(page, "photo", photo("снимок.png", await made("a.png", ...colours(200, 260))));
  await openFitting(page, "photo");
  await page.click("#fit-photo summary");
  await assertSound(page);
  assert.deepEqual((await english(page)).filter((words) => !words.startsWith("JPEG, 300")), []);
  await accept(page, "photo");
  assert.match(await text(page, "#photo-offer"), /Сделано здесь из снимок\.png.*Вернуть/);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${over} px too wide`);
  assertQuiet(visit);
  await visit.close();
});

test("nothing of it is loaded before a file is chosen, and no dialog before it is opened", async () => {
  const visit = await stand.open();
  const { page, seen } = visit;
  const loaded = () => seen.requests.map(({ url }) => new URL(url).pathname).filter((path) => /fit/.test(path) && path !== "/app/fitting.js");
  assert.deepEqual(loaded(), []);
  await offered(page, "photo", photo("a.webp", await made("a.webp", ...colours(640, 480))));
  const some = loaded();
  assert.ok(some.includes("/app/fit/offer.js") && some.includes("/kling-avatar/fit.js"));
  assert.deepEqual(some.filter((path) => /photo|voice|camera|recorder|\.css|fit-ru/.test(path)), []);
  assertQuiet(visit);
  await visit.close();
});

test("a part of the page that does not load is told", async () => {
  const visit = await stand.open({ before: (page) => page.route("**/app/fit/photo.js", (route) => route.abort()) });
  const { page } = visit;
  await useSamples(page);
  await page.click("#photo-adjust");
  await page.waitForFunction(() => /did not load/.test(document.getElementById("photo-offer").textContent));
  await visit.close();
});
