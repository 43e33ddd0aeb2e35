// What a first visit may cost. Times are printed by `npm run bench:page`; bytes and shifts are exact.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { measureVisit } from "./measure.mjs";
import { startStaticStand } from "./static-stand.mjs";
import { assertQuiet, useSamples } from "./stand.mjs";

const MAX_BYTES = 150_000;
let stand;
before(async () => (stand = await startStaticStand()));
after(() => stand?.close());

for (const [locale, viewport] of [["en-US", { width: 1280, height: 900 }], ["ru-RU", { width: 390, height: 844 }]]) {
  test(`a first visit fits the budget and nothing jumps, then or later (${locale}, ${viewport.width} px)`, async () => {
    const { visit, bytes, total, shift } = await measureVisit(stand, { locale, viewport });
    assert.ok(total <= MAX_BYTES, `${total} bytes: ${JSON.stringify(bytes, null, 1)}`);
    assert.ok(bytes["/index.html"] ?? bytes["/"] > 1000, "nothing was counted");
    assert.ok(Object.keys(bytes).some((name) => name.endsWith(".wasm")), Object.keys(bytes).join());
    assert.equal(shift, 0);
    const { page } = visit;
    await useSamples(page);
    await page.click("#generate");
    await page.waitForSelector("#stage-video[src^=blob]");
    await page.waitForSelector("#shelf .card[data-state=done]");
    assert.equal(await page.evaluate(() => window.seen.shift), 0);
    await page.reload();
    await page.waitForSelector("#shelf .card[data-state=done]");
    assert.equal(await page.evaluate(() => window.seen.shift), 0, "with a history");
    assertQuiet(visit);
    await visit.close();
  });
}

test("nothing jumps where the page comes in pieces", async () => {
  const html = await readFile(join(stand.folder, "index.html"), "utf8");
  const cuts = ['<button type="button" class="quiet icon-only" id="theme"', "<form", "<details"].map((text) => html.indexOf(text));
  const server = createServer(async ({ url }, response) => {
    if (url !== "/") {
      const file = await fetch(new URL(url, stand.url));
      return response.writeHead(file.status, { "content-type": file.headers.get("content-type") ?? "" }).end(Buffer.from(await file.arrayBuffer()));
    }
    response.writeHead(200, { "content-type": "text/html" });
    for (const [at, from] of [0, ...cuts].entries()) {
      response.write(html.slice(from, cuts[at]));
      await sleep(200);
    }
    return response.end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { visit, shift } = await measureVisit(stand, { url: `http://127.0.0.1:${server.address().port}/` });
    assert.equal(shift, 0);
    await visit.close();
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
