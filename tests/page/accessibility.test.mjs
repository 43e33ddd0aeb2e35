// axe finds nothing to complain of: in each state of the page, in both languages and both themes.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { startStand } from "./stand.mjs";
import { walk } from "./states.mjs";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
let stand, axe;
before(async () => {
  stand = await startStand();
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
});
after(() => stand?.close());

async function violations(page) {
  const found = await page.evaluate(async (tags) => {
    // Colours are measured, so that they have to have come to rest.
    await Promise.all(document.getAnimations().filter(({ effect }) => effect.getComputedTiming().iterations !== Infinity).map(({ finished }) => finished.catch(() => {})));
    const { violations } = await window.axe.run(document, { runOnly: tags });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, any }) => `${target} ${any[0]?.message ?? ""}`).join(" | ")}`);
  }, RULES);
  return found;
}

for (const language of ["en", "ru"]) {
  for (const theme of ["light", "dark"]) {
    test(`axe finds nothing (${language}, ${theme})`, async () => {
      stand.reset();
      const visit = await stand.open({ locale: language === "ru" ? "ru-RU" : "en-US", colorScheme: theme, viewport: { width: 390, height: 844 } });
      await visit.page.evaluate(axe);
      const found = {};
      await walk(visit.page, stand, async (state) => (found[state] = await violations(visit.page)));
      assert.equal(Object.keys(found).length, 10);
      assert.deepEqual(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0)), {});
      await visit.close();
    });
  }
}

test("axe would find a button without a name", async () => {
  const visit = await stand.open();
  await visit.page.evaluate(axe);
  await visit.page.evaluate(() => document.getElementById("maker").append(document.createElement("button")));
  assert.match((await violations(visit.page)).join(), /button-name/);
  await visit.close();
});
