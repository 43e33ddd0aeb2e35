// What the tests of the dialogs share: files for the page, and what is to be said of every dialog.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { file } from "../page/fixtures.mjs";

const AXE = new URL("../../node_modules/axe-core/axe.min.js", import.meta.url);

export const photo = (name, buffer) => file(name, "", buffer);

/** Gives a file that is refused, and waits for the offer; resolves with its words. */
export async function offered(page, name, given) {
  await page.setInputFiles(`#${name}-input`, given);
  await page.waitForSelector(`#${name}[data-state=wrong]`);
  await page.waitForSelector(`#${name}-offer p`);
  return page.textContent(`#${name}-offer p`);
}

/** Opens the dialog by what was offered or by "Adjust", and waits until there is something to accept. */
export async function openFitting(page, name, by = `#${name}-offer button`) {
  await page.click(by);
  await ready(page, name);
}

export async function ready(page, name) {
  await page.waitForSelector(`#fit-${name} .fit-actions .primary:enabled`);
}

export async function accept(page, name) {
  await ready(page, name);
  await page.click(`#fit-${name} .fit-actions .primary`);
  await page.waitForSelector(`#${name}[data-state=good]`);
  assert.equal(await page.locator("dialog").count(), 0);
}

/** No wider than its screen, nothing too small to touch, and nothing that axe finds fault with. */
export async function assertSound(page) {
  const dialog = page.locator("dialog");
  const found = await dialog.evaluate((element) => ({
    over: Math.max(0, element.scrollWidth - element.clientWidth, document.documentElement.scrollWidth - innerWidth),
    small: [...element.querySelectorAll("button, summary, input")].filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 44).map((each) => each.id || each.textContent),
  }));
  assert.deepEqual(found, { over: 0, small: [] });
  await dialog.evaluate((element) => Promise.all(element.getAnimations({ subtree: true }).map(({ finished }) => finished)));
  await page.evaluate(await readFile(AXE, "utf8"));
  const { violations, passes } = await page.evaluate(() => window.axe.run("dialog"));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`), []);
  assert.ok(passes.length > 5);
}

/** Words of a dialog without a Cyrillic letter. */
export const english = (page) =>
  page.locator("dialog").evaluate((element) => {
    const words = [...element.querySelectorAll("*")].flatMap((each) => [
      each.getAttribute("aria-label"), ...[...each.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data),
    ]);
    return words.filter((each) => /[a-z]{3}/i.test(each ?? "") && !/[а-яё]/i.test(each));
  });

/** Remembers every file that the page shows or plays, before the page begins. */
export const remembering = { before: (page) => page.addInitScript(() => {
  window.shown = new Map();
  const create = URL.createObjectURL;
  URL.createObjectURL = (blob) => {
    const url = create.call(URL, blob);
    window.shown.set(url, blob);
    return url;
  };
}) };

/** The bytes of the file that a field holds now, by the address of its preview. */
export async function held(page, name) {
  const element = name === "photo" ? "#photo-thumb" : "#voice-audio";
  return Buffer.from(await page.locator(element).evaluate(async ({ src }) => [...new Uint8Array(await window.shown.get(src).arrayBuffer())]));
}
