import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { file, picture, voice } from "./fixtures.mjs";
import { assertQuiet, phase, redirectComet, startStand, text } from "./stand.mjs";

let stand;
before(async () => (stand = await startStand()));
after(() => stand?.close());

const REFUSED = [/Failed to load resource/];
const OFFLINE = [/Failed to load resource/, /net::ERR_/, /blocked by CORS policy/];

async function openReady(settings) {
  const visit = await stand.open(settings);
  await visit.page.setInputFiles("#photo-input", file("p.png", "image/png", await picture(visit.page, 400, 400)));
  await visit.page.setInputFiles("#voice-input", voice());
  await visit.page.waitForSelector("#photo[data-state=good]");
  await visit.page.waitForSelector("#voice[data-state=good]");
  return visit;
}

/** What a failure shows: its words, its task, the button that helps. */
async function failure(page) {
  await page.waitForSelector("#notice:visible");
  const button = page.locator("#resume");
  return {
    title: await text(page, "#notice-title"),
    advice: await text(page, "#notice-advice"),
    taskId: (await page.isVisible("#notice-task-line")) ? await text(page, "#notice-task") : null,
    action: (await button.isVisible()) ? await button.getAttribute("data-action") : null,
    details: await text(page, "#notice-facts"),
  };
}

async function chooseKey(page, key) {
  await page.click("#connection summary");
  await page.check("[name=connection][value=key]");
  await page.fill("#api-key", key);
}

test("a task that fails says why, as text, and can be tried again as a new task", async () => {
  stand.reset();
  const visit = await openReady();
  const { page } = visit;
  await page.fill("#prompt", "[fail: no <b>face</b> found]");
  await page.click("#generate");
  const shown = await failure(page);
  assert.equal(shown.title, "The service could not make this video");
  assert.match(shown.advice, /The service said: “no <b>face<\/b> found”/);
  assert.equal(await page.locator("#notice b").count(), 0);
  assert.equal(shown.taskId, stand.sandbox.ledger.creates[0].taskId);
  assert.equal(shown.action, "retry");
  await page.click("#resume");
  await page.waitForFunction((first) => {
    const now = document.getElementById("notice-task").textContent;
    return now !== first && !document.getElementById("notice").hidden;
  }, shown.taskId);
  const ids = stand.sandbox.ledger.creates.map(({ externalTaskId }) => externalTaskId);
  assert.equal(new Set(ids).size, 2);
  assertQuiet(visit);
  await visit.close();
});

for (const [name, viewport] of Object.entries({ desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } })) {
  test(`a failure takes its room from the picture, so that nothing below moves (${name})`, async () => {
    stand.reset();
    const visit = await openReady({ viewport });
    const { page } = visit;
    const below = () => page.locator(".shelf").evaluate((shelf) => Math.round(shelf.getBoundingClientRect().top + scrollY));
    const before = await below();
    await page.fill("#prompt", "[fail: no face found]");
    await page.click("#generate");
    assert.match((await failure(page)).advice, /no face found/);
    await page.evaluate(() => scrollTo(0, 0));
    assert.equal(await below(), before);
    await visit.close();
  });
}

test("a wrong key leads to the key", async () => {
  stand.reset();
  const visit = await openReady({ before: (page) => redirectComet(page, stand.sandbox) });
  const { page } = visit;
  await chooseKey(page, "sk-sandbox-invalid");
  await page.click("#generate");
  const shown = await failure(page);
  assert.equal(shown.title, "The key was not accepted");
  assert.equal(shown.action, "connection");
  assert.ok(!shown.details.includes("sk-sandbox-invalid"));
  await page.click("#resume");
  assert.equal(await page.evaluate(() => document.activeElement.id), "api-key");
  assert.equal(stand.sandbox.ledger.creates.length, 0);

  await page.fill("#api-key", "sk-a-good-one");
  await page.press("#api-key", "Enter");
  await phase(page, "submitted");
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  assertQuiet(visit, REFUSED);
  await visit.close();
});

test("no key and no gateway address are said beside their fields", async () => {
  stand.reset();
  const visit = await openReady();
  const { page } = visit;
  await page.click("#connection summary");
  await page.check("[name=connection][value=key]");
  await page.click("#generate");
  assert.match(await text(page, "#api-key-problem"), /Type your CometAPI key/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "api-key");
  await page.check("[name=connection][value=gateway]");
  await page.fill("#gateway-url", "javascript:alert(1)");
  await page.click("#generate");
  assert.match(await text(page, "#gateway-url-problem"), /not a web address/);
  assert.equal(stand.sandbox.ledger.creates.length, 0);
  assertQuiet(visit);
  await visit.close();
});

for (const [key, title, action] of [
  ["sk-sandbox-arrears", "The account has no credit left", "retry"],
  ["sk-sandbox-unsafe", "The service does not accept this content", null],
  ["sk-sandbox-forbidden", "This account may not do that", "connection"],
]) {
  test(`"${title}" is said in plain words`, async () => {
    stand.reset();
    const visit = await openReady({ before: (page) => redirectComet(page, stand.sandbox) });
    await chooseKey(visit.page, key);
    await visit.page.click("#generate");
    const shown = await failure(visit.page);
    assert.equal(shown.title, title);
    assert.equal(shown.action, action);
    assert.equal(stand.sandbox.ledger.creates.length, 0);
    assertQuiet(visit, REFUSED);
    await visit.close();
  });
}

test("a service that is down is named as such, and nothing is ordered twice afterwards", async () => {
  stand.reset();
  const visit = await openReady();
  const { page } = visit;
  await page.route(`${stand.sandbox.url}/kling/**`, (route) => route.abort("connectionrefused"));
  await page.click("#generate");
  const shown = await failure(page);
  assert.match(shown.title, /cannot be reached|did not answer/);
  assert.match(shown.advice, /sandbox or gateway is running/);
  assert.ok(["retry", "lookup"].includes(shown.action), shown.action);
  await page.unroute(`${stand.sandbox.url}/kling/**`);
  await page.click("#resume");
  if (shown.action === "lookup") {
    await page.waitForFunction(() => document.getElementById("notice-title").textContent.startsWith("No such video"));
    await page.click("#resume");
  }
  await page.waitForSelector("#done:visible");
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  assertQuiet(visit, OFFLINE);
  await visit.close();
});

test("an answer that is lost on its way is found again, for one charge", async () => {
  stand.reset();
  await stand.sandbox.faults.add({ on: "create", action: "drop", when: "after" });
  const visit = await openReady();
  await visit.page.click("#generate");
  await visit.page.waitForSelector("#done:visible");
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  assertQuiet(visit, OFFLINE);
  await visit.close();
});

test("a video that cannot be downloaded here can be opened instead", async () => {
  stand.reset();
  await stand.sandbox.faults.add([{ on: "file", action: "status", status: 403, times: 1000 }]);
  const visit = await openReady();
  const { page } = visit;
  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  await page.waitForSelector("#open-video:visible");
  assert.match(await text(page, "#done-note"), /could not play the video/);
  assert.match(await page.getAttribute("#open-video", "href"), /^http:\/\/127\.0\.0\.1:\d+\/files\//);
  await page.click("#download");
  await page.waitForFunction(() => /could not be downloaded/.test(document.getElementById("done-note").textContent));
  assertQuiet(visit, OFFLINE);
  await visit.close();
});

test("a video that this browser cannot play is told as such, also where it is kept", async () => {
  stand.reset();
  const visit = await openReady({ before: (page) => page.route("**/*.mp4", (route) =>
    route.fulfill({ contentType: "video/mp4", headers: { "access-control-allow-origin": "*" }, body: "of a kind that is not known here" })) });
  const { page } = visit;
  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  await page.waitForSelector("#stage-video[src^=blob]");
  await page.waitForFunction(() => /could not play the video/.test(document.getElementById("done-note").textContent));
  assert.ok(await page.isVisible("#download"));
  await page.click("#language");
  await page.waitForFunction(() => /не смог воспроизвести/.test(document.getElementById("done-note").textContent));
  assertQuiet(visit);
  await visit.close();
});

for (const part of ["browser.js", "*.wasm"]) {
  test(`a page whose ${part} does not load says so`, async () => {
    const visit = await stand.open({
      before: (page) => page.route(`**/kling-avatar/${part}`, (route) => route.abort("failed")),
      ready: "#notice:visible",
    });
    assert.equal(await text(visit.page, "#notice-title"), "The page could not start");
    assert.ok(await visit.page.isDisabled("#generate"));
    assertQuiet(visit, OFFLINE);
    await visit.close();
  });
}

for (const [locale, part] of [["en-US", "app/main.js"], ["ru-RU", "app/waveform.js"]]) {
  test(`a page whose ${part} does not load says so and is not blank (${locale})`, async () => {
    const before = (page) => page.route(`**/${part}`, (route) => route.fulfill({ status: 404 }));
    const visit = await stand.open({ before, locale, ready: "body" });
    const { page } = visit;
    await page.waitForFunction(() => /A part of this page did not load.*Часть страницы/.test(document.body.innerText));
    const top = await page.locator(".failed").evaluate((element) => element.getBoundingClientRect().bottom);
    assert.ok((await page.isVisible("h1")) && top < 200, `at ${top}`);
    assertQuiet(visit, REFUSED);
    await visit.close();
  });
}

test("other files put away what was said about the former ones", async () => {
  stand.reset();
  const visit = await openReady();
  const { page } = visit;
  await page.fill("#prompt", "[fail]");
  await page.click("#generate");
  await page.waitForSelector("#notice:visible");
  await page.fill("#prompt", "Speaks warmly");
  await page.waitForSelector("#notice", { state: "hidden" });
  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  assert.equal(stand.sandbox.ledger.creates.at(-1).fields.prompt, "Speaks warmly");
  assertQuiet(visit);
  await visit.close();
});
