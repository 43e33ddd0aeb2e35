import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, phase, startStand, text, useSamples } from "./stand.mjs";

let stand;
before(async () => (stand = await startStand()));
after(() => stand?.close());

const focused = (page) => page.evaluate(() => document.activeElement.id);

/** Tabs on to an element; everything passed on the way must show where the keyboard is. */
async function tabTo(page, id) {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(isFocusShown), `nothing shows the keyboard at #${await focused(page)}`);
    if ((await focused(page)) === id) return;
  }
  assert.fail(`#${id} cannot be reached by the keyboard`);
}

function isFocusShown() {
  const { activeElement: element } = document;
  if (element === document.body || element.tagName === "VIDEO") return true;
  const candidates = [element, element.nextElementSibling, element.parentElement, element.closest(".choice")];
  return candidates.some((each) => {
    if (!each) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
}

test("the whole path works by keyboard alone", async () => {
  stand.reset();
  const visit = await stand.open();
  const { page } = visit;
  page.on("filechooser", () => {}); // from now on, so that the browser's own dialog never gets in first
  await tabTo(page, "sample");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#photo[data-state=good]");
  await page.waitForSelector("#voice[data-state=good]");
  await tabTo(page, "photo-input");
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Enter")]);
  assert.equal(await chooser.element().getAttribute("id"), "photo-input");
  await tabTo(page, "voice-play");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.getElementById("voice-audio").currentTime > 0);
  assert.equal(await page.getAttribute("#voice-play", "aria-label"), "Pause the clip");
  await tabTo(page, "prompt");
  await page.keyboard.type(" Nods.");
  await tabTo(page, "generate");
  stand.hold();
  await page.keyboard.press("Enter");
  await phase(page, "processing");
  assert.equal(await focused(page), "stage");
  assert.equal(await page.evaluate(() => document.getElementById("voice-audio").paused), true);
  await tabTo(page, "cancel");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#notice:visible");
  stand.finish();
  await tabTo(page, "resume");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#done:visible");
  await tabTo(page, "download");
  const [saved] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  assert.equal(saved.suggestedFilename(), "portrait-avatar.mp4");
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  assertQuiet(visit);
  await visit.close();
});

/** Keeps what is announced in `window.heard`. */
function listenTo(page) {
  return page.evaluate(() => {
    window.heard = [];
    const status = document.getElementById("announce");
    new MutationObserver(() => window.heard.push(status.textContent)).observe(status, { childList: true });
  });
}

test("a screen reader hears each phase once", async () => {
  const visit = await stand.open();
  const { page } = visit;
  await listenTo(page);
  await useSamples(page);
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  stand.finish();
  await page.waitForSelector("#done:visible");
  const heard = await page.evaluate(() => window.heard);
  assert.equal(heard.at(-1), "Your video is ready");
  assert.ok(heard.includes("Making the video"), heard.join(" | "));
  assert.equal(new Set(heard).size, heard.length, heard.join(" | "));
  await visit.close();
});

test("a screen reader hears of a video that is not on the stage, too", async () => {
  const visit = await stand.open();
  const { page } = visit;
  await listenTo(page);
  await useSamples(page);
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  await page.fill("#prompt", "Other words");
  await page.click("#generate");
  stand.finish();
  await page.waitForFunction(() => document.querySelectorAll("#shelf .card[data-state=done]").length === 2);
  const heard = await page.evaluate(() => window.heard);
  assert.deepEqual(heard.filter((words) => /ready/.test(words)).sort(), ["Another video: Your video is ready", "Your video is ready"]);
  assertQuiet(visit);
  await visit.close();
});

test("words that are written from right to left stand so", async () => {
  const visit = await stand.open();
  const { page } = visit;
  const direction = () => page.locator("#prompt").evaluate((element) => getComputedStyle(element).direction);
  assert.equal(await direction(), "ltr");
  await page.fill("#prompt", "مرحبا بالعالم!");
  assert.equal(await direction(), "rtl");
  await visit.close();
});

test("every control has a name and every picture an alternative", async () => {
  const visit = await stand.open();
  const { page } = visit;
  await useSamples(page);
  for (const id of ["connection", "pickup", "code"]) await page.click(`#${id} summary`);
  const tree = await page.locator("body").ariaSnapshot();
  const nameless = tree.split("\n").filter((line) => /^\s*- (button|textbox|radio|slider|link|tab|checkbox|combobox)\s*(\[|:|$)/.test(line));
  assert.deepEqual(nameless, []);
  assert.match(tree, /button "Photo Choose a photo|button "Photo Replace/);
  const without = await page.locator("img:not([alt])").count();
  assert.equal(without, 0);
  await visit.close();
});

for (const language of ["en", "ru"]) {
  test(`fits 320 px in every state (${language})`, async () => {
    const visit = await stand.open({ viewport: { width: 320, height: 640 }, locale: language === "ru" ? "ru-RU" : "en-US" });
    const { page } = visit;
    const assertFits = async (state) => {
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(over <= 0, `${state} is ${over} px too wide`);
    };
    assert.equal(await page.getAttribute("html", "lang"), language);
    await assertFits("empty");
    const between = await page.evaluate(() => {
      const words = document.createRange();
      words.selectNodeContents(document.querySelector(".brand"));
      return document.querySelector(".top-tools").getBoundingClientRect().left - words.getBoundingClientRect().right;
    });
    assert.ok(between >= 0, `name and tools of the page overlap by ${-between} px`);
    await page.click("#generate");
    await page.waitForSelector("#photo-problems li");
    await assertFits("problems");
    await useSamples(page);
    for (const id of ["connection", "pickup", "code"]) await page.click(`#${id} summary`);
    await page.check("[name=connection][value=key]");
    await assertFits("everything opened");
    await page.check("[name=connection][value=sandbox]");
    stand.hold();
    await page.click("#generate");
    await phase(page, "processing");
    await assertFits("waiting");
    await page.click("#cancel");
    await page.waitForSelector("#notice:visible");
    await page.click("#notice-details summary");
    await assertFits("cancelled");
    stand.finish();
    await page.click("#resume");
    await page.waitForSelector("#done:visible");
    await assertFits("done");
    const small = await page.locator("button:visible, label.drop:visible, label.choice:visible, summary:visible").evaluateAll((all) =>
      all.filter((each) => each.getBoundingClientRect().height < 44).map((each) => each.id || each.textContent.trim()));
    assert.deepEqual(small, [], "touch targets under 44 px");
    assertQuiet(visit);
    await visit.close();
  });
}

test("choosing files moves nothing", async () => {
  for (const width of [1280, 390]) {
    const visit = await stand.open({ viewport: { width, height: 800 } });
    const { page } = visit;
    const places = () => page.locator(".step, #generate, #stage").evaluateAll((all) => all.map((each) => each.getBoundingClientRect().top + scrollY));
    const before = await places();
    await useSamples(page);
    assert.deepEqual(await places(), before, `${width} px`);
    await visit.close();
  }
});

test("nothing moves where less motion is asked for", async () => {
  const visit = await stand.open({ reducedMotion: "reduce" });
  const { page } = visit;
  await useSamples(page);
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  const running = await page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").length);
  assert.equal(running, 0);
  stand.finish();
  await visit.close();
});

test("remembers theme and language, and follows the system until one is chosen", async () => {
  const visit = await stand.open({ colorScheme: "dark" });
  const { page } = visit;
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await paper();
  await page.click("#theme");
  assert.notEqual(await paper(), dark);
  await page.click("#language");
  await page.waitForSelector("html[lang=ru]");
  assert.equal(await text(page, "#generate-label"), "Создать видео");
  assert.match(await page.inputValue("#prompt"), /^Человек/);
  await page.reload();
  await page.waitForSelector("#generate:enabled");
  assert.notEqual(await paper(), dark);
  assert.equal(await text(page, "h1"), "Фотография заговорит");
  assertQuiet(visit);
  await visit.close();
});
