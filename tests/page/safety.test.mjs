import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { file, picture, voice } from "./fixtures.mjs";
import { recorded } from "./shelf.mjs";
import { assertQuiet, startStand, text } from "./stand.mjs";

const KEY = "sk-my-very-own-secret-4711";
let stand;
before(async () => (stand = await startStand()));
after(() => stand?.close());

test("a key goes to the service as a header and nowhere else, and a reload forgets it", async () => {
  const visit = await stand.open({
    before: (page) => page.route("https://api.cometapi.com/**", (route) =>
      route.fulfill({ status: 401, headers: { "access-control-allow-origin": "*" }, json: { code: 1002, message: "Authorization is invalid" } })),
  });
  const { page, seen, context } = visit;
  await page.setInputFiles("#photo-input", file("p.png", "image/png", await picture(page, 400, 400)));
  await page.setInputFiles("#voice-input", voice());
  await page.click("#connection summary");
  await page.check("[name=connection][value=key]");
  assert.equal(await page.getAttribute("#api-key", "type"), "password");
  assert.equal(await page.getAttribute("#api-key", "autocomplete"), "off");
  await page.fill("#api-key", KEY);
  await page.click("#code summary");
  await page.click("#generate");
  await page.waitForSelector("#notice:visible");
  await page.click("#notice-details summary");

  const carrying = seen.requests.filter(({ headers }) => JSON.stringify(headers).includes(KEY));
  assert.ok(carrying.length > 0, "the key was never sent, so this test shows nothing");
  assert.deepEqual([...new Set(carrying.map(({ url }) => new URL(url).origin))], ["https://api.cometapi.com"]);
  assert.ok(carrying.every(({ headers }) => headers.authorization === `Bearer ${KEY}`));
  assert.ok(!seen.requests.some(({ url }) => url.includes(KEY)));
  assert.ok(!JSON.stringify(seen.console).includes(KEY));
  assert.ok(!page.url().includes(KEY));
  assert.ok(!(await page.content()).includes(KEY));
  await recorded(page);
  const stored = await page.evaluate(everythingStored);
  assert.match(stored.text, /"prompt":/, "nothing was kept, so this test shows nothing");
  assert.ok(!stored.text.includes(KEY));
  assert.deepEqual(stored.elsewhere, [{}, {}, "", null, []]);
  assert.ok(!JSON.stringify(await context.storageState()).includes(KEY));

  await page.reload();
  await page.waitForSelector("#generate:enabled");
  assert.equal(await page.inputValue("#api-key"), "");
  assertQuiet(visit, [/Failed to load resource/]);
  await visit.close();
});

/** All that the page has written down anywhere; the files in it as text. */
async function everythingStored() {
  const database = await new Promise((resolve) => (indexedDB.open("kling-avatar").onsuccess = ({ target }) => resolve(target.result)));
  const all = (store) => new Promise((resolve) => (database.transaction(store).objectStore(store).getAll().onsuccess = ({ target }) => resolve(target.result)));
  const contents = await Promise.all([...database.objectStoreNames].map(all));
  database.close();
  const files = contents.flat().filter((each) => each instanceof Blob);
  return {
    text: JSON.stringify(contents) + (await Promise.all(files.map((file) => file.text()))).join(),
    elsewhere: [{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state, await caches.keys()],
  };
}

test("a key is kept where it was asked for, named there, and forgotten on demand", async () => {
  const visit = await stand.open();
  const { page, context } = visit;
  const kept = () => page.evaluate(() => [localStorage.getItem("kling-avatar-key"), sessionStorage.getItem("kling-avatar-key")]);
  await page.click("#connection summary");
  await page.check("[name=connection][value=key]");
  await page.fill("#api-key", KEY);
  assert.ok(await page.isHidden("#key-forget"));
  await page.check("[name=key-place][value=tab]");
  assert.deepEqual(await kept(), [null, KEY]);
  await page.reload();
  await page.waitForSelector("#generate:enabled");
  assert.equal(await page.inputValue("#api-key"), KEY);
  assert.equal(await text(page, "#connection-name"), "CometAPI with my key");
  const other = await context.newPage();
  await other.goto(stand.url);
  await other.waitForSelector("#generate:enabled");
  assert.equal(await other.inputValue("#api-key"), "");
  await page.click("#connection summary");
  await page.check("[name=key-place][value=device]");
  assert.deepEqual(await kept(), [KEY, null]);
  await page.fill("#api-key", `${KEY}-2`);
  await page.press("#api-key", "Tab");
  assert.deepEqual(await kept(), [`${KEY}-2`, null]);
  await page.click("#key-forget");
  assert.deepEqual(await kept(), [null, null]);
  assert.equal(await page.inputValue("#api-key"), "");
  assert.ok(await page.isChecked("[name=key-place][value=memory]"));
  assertQuiet(visit);
  await visit.close();
});

test("the policy forbids inline code, foreign code and evaluated text", async () => {
  const inline = "<script>window.inline = 1</script><p id=styled style='color: red'></p></main>";
  const visit = await stand.open({
    before: (page) => page.route(stand.url, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replace("</main>", inline) });
    }),
  });
  const { page } = visit;
  assert.equal(await page.locator("#styled").count(), 1);
  // Not within the evaluated function itself: what DevTools run is exempt from the policy.
  const ran = await page.evaluate(() => new Promise((resolve) => setTimeout(() => {
    const attempts = {
      inline: () => window.inline,
      evaluated: () => (0, eval)("1"),
      markup: () => { document.createElement("p").innerHTML = "<b>x</b>"; return 1; },
      style: () => document.getElementById("styled").style.color || undefined,
    };
    const result = {};
    for (const [name, attempt] of Object.entries(attempts)) {
      try { result[name] = attempt() !== undefined; } catch { result[name] = false; }
    }
    resolve(result);
  })));
  assert.deepEqual(ran, { inline: false, evaluated: false, markup: false, style: false });
  const foreign = await page.evaluate(() => new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve("loaded");
    image.onerror = () => resolve("refused");
    image.src = "https://example.com/pixel.png";
  }));
  assert.equal(foreign, "refused");
  await visit.close();
});
