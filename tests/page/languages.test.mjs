import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import en from "../../www/i18n/en.js";
import ru from "../../www/i18n/ru.js";
import { errorCodes } from "../../www/app/errors.js";
import { picture } from "./fixtures.mjs";
import { redirectComet, startStand, useSamples } from "./stand.mjs";

const root = new URL("../../", import.meta.url);
const read = (path) => readFile(new URL(path, root), "utf8");
const forms = (entry) => (typeof entry === "string" ? [entry] : Object.values(entry));
const places = (template) => [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test("both languages have the same keys and the same places in them", () => {
  assert.deepEqual(Object.keys(ru).sort(), Object.keys(en).sort());
  for (const key of Object.keys(en)) {
    const expected = new Set([...forms(en[key]), ...forms(ru[key])].flatMap(places));
    expected.delete("count"); // "one" may be said in words
    for (const template of [...forms(en[key]), ...forms(ru[key])]) {
      assert.deepEqual(places(template).filter((name) => name !== "count"), [...expected].sort(), `${key}: ${template}`);
    }
  }
});

test("each language has all of its plural forms", () => {
  for (const [language, catalog] of Object.entries({ en, ru })) {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    for (const [key, entry] of Object.entries(catalog)) {
      if (typeof entry !== "string") assert.deepEqual(Object.keys(entry).sort(), [...pluralCategories].sort(), `${language} ${key}`);
    }
  }
});

test("every key that the page names exists", async () => {
  const html = await read("www/index.html");
  const named = [...html.matchAll(/data-i18n="([^"]+)"/g)].map(([, key]) => key);
  const attributes = [...html.matchAll(/data-i18n-attrs="([^"]+)"/g)].flatMap(([, pairs]) => pairs.split(" ").map((pair) => pair.split("=")[1]));
  assert.ok(named.length > 40 && attributes.length > 5);
  for (const key of [...named, ...attributes]) assert.ok(key in en, key);
});

test("the words in the page are those of the English catalog", async () => {
  const html = await read("www/index.html");
  for (const [, key, words] of html.matchAll(/data-i18n="([^"]+)"[^>]*>([^<]*)</g)) {
    assert.equal(words, en[key], key);
  }
});

test("every error and every problem of the contract has words", async () => {
  const types = await read("npm/index.d.ts");
  const codesOf = (name) => [...types.match(new RegExp(`type ${name} =([^;]+);`))[1].matchAll(/"(\w+)"/g)].map(([, code]) => code);
  const errors = codesOf("ErrorCode");
  assert.ok(errors.length >= 17);
  assert.deepEqual(errors.filter((code) => !errorCodes.includes(code)), []);
  for (const code of errors) for (const key of [`error.${code}`, `error.${code}.title`]) assert.ok(key in en, key);
  const problems = codesOf("ProblemCode").filter((code) => !["conflict", "invalid_url", "invalid_base64", "invalid_value"].includes(code));
  const onlyImage = ["too_small_dimensions", "aspect_ratio"];
  const onlySound = ["too_short", "too_long", "unknown_duration"];
  for (const code of problems) {
    if (!onlySound.includes(code)) assert.ok(`problem.image.${code}` in en, `image ${code}`);
    if (!onlyImage.includes(code)) assert.ok(`problem.soundFile.${code}` in en, `soundFile ${code}`);
  }
});

test("nothing English is left on the Russian page", async (t) => {
  const stand = await startStand();
  t.after(() => stand.close());
  const { page } = await stand.open({ locale: "ru-RU" });
  await page.click("#generate");
  await page.waitForSelector("#photo-problems li");
  const before = await leftovers(page);
  await useSamples(page);
  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  const afterwards = await leftovers(page);
  const allowed = new Set(["kling-avatar", "English", "Workers", "Node", "CometAPI", "portrait.jpg", "voice.mp3"]);
  assert.deepEqual([...before, ...afterwards].filter((words) => !allowed.has(words) && !/^(JPEG|MP3) · /.test(words)), []);
});

/** Visible words, labels and placeholders without a Cyrillic letter. */
const leftovers = (page) =>
  page.evaluate(() => {
    const found = [];
    const note = (words) => {
      if (/[a-z]{3}/i.test(words) && !/[а-яё]/i.test(words)) found.push(words.trim());
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement } = walker.currentNode;
      if (parentElement.checkVisibility() && !parentElement.closest("svg, script, code")) note(walker.currentNode.data);
    }
    for (const element of document.querySelectorAll("[aria-label], [placeholder]:not([type=url])")) {
      note(element.getAttribute("aria-label") ?? "");
      note(element.getAttribute("placeholder") ?? "");
    }
    return found;
  });

test("units are those of the language", async (t) => {
  const stand = await startStand();
  t.after(() => stand.close());
  const visit = await stand.open({ locale: "ru-RU" });
  await useSamples(visit.page);
  assert.match(await visit.page.textContent("#voice-facts"), /44,1\sкГц/);
  await visit.page.click("#language");
  await visit.page.waitForFunction(() => /44\.1\skHz/.test(document.getElementById("voice-facts").textContent));
  await visit.close();
});

test("what takes hours is counted in hours", async () => {
  const { clock } = await import("../../www/app/format.js");
  assert.deepEqual([-1, 0, 59.9, 61, 3599, 3600, 90_061].map(clock), ["0:00", "0:00", "0:59", "1:01", "59:59", "1:00:00", "25:01:01"]);
});

test("what was said is said in the other language after a switch", async (t) => {
  const stand = await startStand();
  t.after(() => stand.close());
  const { page } = await stand.open();
  /** Switches there, waits for the words, and switches back. */
  const says = async (selector, words) => {
    await page.click("#language");
    await page.waitForFunction(([selector, words]) => new RegExp(words).test(document.querySelector(selector).textContent), [selector, words]);
    await page.click("#language");
    await page.waitForFunction(() => document.documentElement.lang === "en");
  };
  await page.click("#generate");
  await page.waitForFunction(() => document.getElementById("attention").textContent !== "");
  await says("#attention", "исправить");
  await page.setInputFiles("#photo-input", { name: "wide.png", mimeType: "image/png", buffer: await picture(page, 1200, 400) });
  await page.click("#photo-offer button");
  await page.click("#fit-photo .fit-actions .primary:enabled");
  await page.waitForFunction(() => /KB/.test(document.getElementById("photo-offer").textContent));
  await says("#photo-offer", "КБ");
  await useSamples(page);
  await page.click("#connection summary");
  await page.check("[name=connection][value=key]");
  await page.click("#generate");
  await page.waitForSelector("#api-key-problem:visible");
  await says("#api-key-problem", "ключ");
  await page.click("#speech-open");
  await page.click("#speech-do");
  await page.waitForFunction(() => document.getElementById("speech-note").textContent !== "");
  await says("#speech-note", "голос");
});

test("a failure stays when the language is switched", async (t) => {
  const stand = await startStand();
  t.after(() => stand.close());
  const { page } = await stand.open({ before: (page) => redirectComet(page, stand.sandbox) });
  await useSamples(page);
  await page.click("#connection summary");
  await page.check("[name=connection][value=key]");
  await page.fill("#api-key", "sk-sandbox-invalid");
  await page.click("#generate");
  await page.waitForSelector("#notice:visible");
  await page.click("#language");
  await page.waitForFunction(() => document.documentElement.lang === "ru");
  assert.match(await page.inputValue("#prompt"), /[а-я]/);
  assert.equal(await page.textContent("#notice-title"), "Ключ не принят");
  assert.ok(await page.isVisible("#notice"));
});
