import assert from "node:assert/strict";
import { createServer, get } from "node:http";
import { after, before, test } from "node:test";
import { file, picture, voice } from "./fixtures.mjs";
import { assertAtHome, assertQuiet, startStand, useSamples } from "./stand.mjs";

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
  const stored = await page.evaluate(async () => JSON.stringify([
    { ...localStorage }, { ...sessionStorage }, document.cookie, history.state, await indexedDB.databases(), await caches.keys(),
  ]));
  assert.equal(stored, JSON.stringify([{}, {}, "", null, [], []]));
  assert.ok(!JSON.stringify(await context.storageState()).includes(KEY));

  await page.reload();
  await page.waitForSelector("#generate:enabled");
  assert.equal(await page.inputValue("#api-key"), "");
  assertQuiet(visit, [/Failed to load resource/]);
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

test("works under any base path, and without a sandbox", async (t) => {
  const proxy = createServer((request, response) => {
    if (!request.url.startsWith("/deep/base/") || request.url.endsWith("config.json")) return response.writeHead(404).end();
    const inner = request.url.slice("/deep/base/".length);
    get(new URL(inner, stand.url), (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  t.after(() => (proxy.close(), proxy.closeAllConnections()));
  const visit = await stand.open({ url: `http://127.0.0.1:${proxy.address().port}/deep/base/` });
  const { page } = visit;
  await useSamples(page);
  await page.waitForSelector("[name=connection][value=sandbox]:disabled", { state: "attached" });
  assert.equal(await page.isChecked("[name=connection][value=key]"), true);
  await page.click("#generate");
  assert.equal(await page.evaluate(() => document.activeElement.id), "api-key");
  assertQuiet(visit, [/404/]);
  assertAtHome(visit);
  await visit.close();
});
