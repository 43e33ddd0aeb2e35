// The words of fitting in both languages, and the arithmetic of frames and selections.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { moved, placed, resized, rulesFor } from "../../www/app/fit/geometry.js";
import { rulesFor as soundRules, shifted, withEnd, withStart } from "../../www/app/fit/selection.js";
import en from "../../www/i18n/fit-en.js";
import ru from "../../www/i18n/fit-ru.js";

const FOLDER = new URL("../../www/app/fit/", import.meta.url);
const places = (template) => [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test("both languages have the same keys and the same places in them", () => {
  assert.deepEqual(Object.keys(ru), Object.keys(en));
  for (const [key, words] of Object.entries(en)) assert.deepEqual(places(ru[key]), places(words), key);
  for (const [key, words] of Object.entries(ru)) assert.match(words, key.endsWith(".name") ? /./ : /[а-яё]/i, key);
});

test("every key that fitting names exists, and every one that exists is named", async () => {
  const sources = await Promise.all((await readdir(FOLDER)).map((name) => readFile(new URL(name, FOLDER), "utf8")));
  const named = new Set(sources.flatMap((source) => [...source.matchAll(/["`](fit\.[\w.]+\w)["`]/g)].map(([, key]) => key)));
  const patterns = sources.flatMap((source) => [...source.matchAll(/`(fit\.[^`]*\$\{[^`]*)`/g)].map(([, key]) => new RegExp(`^${key.replaceAll(".", "\\.").replace(/\$\{[^}]*\}/g, "[\\w ]+")}$`)));
  assert.deepEqual([...named].filter((key) => !(key in en)), []);
  assert.deepEqual(Object.keys(en).filter((key) => !named.has(key) && !patterns.some((pattern) => pattern.test(key))), []);
});

const LIMITS = { imageMinSidePixels: 300, imageMaxAspectRatio: 2.5, audioMinSeconds: 2, audioMaxSeconds: 60 };
const rules = rulesFor({ width: 3000, height: 900 }, LIMITS);
const frame = { x: 100, y: 100, width: 600, height: 500 };

test("a frame stays within its picture when it is moved", () => {
  assert.deepEqual(moved(frame, 10.4, -20.6, rules), { ...frame, x: 110, y: 79 });
  assert.deepEqual(moved(frame, -500, 5000, rules), { ...frame, x: 0, y: 400 });
});

test("each corner moves alone, down to the least side and the greatest ratio", () => {
  assert.deepEqual(resized(frame, {}, 100, 50, rules), { x: 100, y: 100, width: 700, height: 550 });
  assert.deepEqual(resized(frame, { left: true, top: true }, -50, 30, rules), { x: 50, y: 130, width: 650, height: 470 });
  assert.deepEqual(resized(frame, { left: true, top: true }, 9999, 9999, rules), { x: 400, y: 300, width: 300, height: 300 });
  assert.deepEqual(resized(frame, {}, 9999, 0, rules), { x: 100, y: 100, width: 1250, height: 500 });
  assert.deepEqual(resized({ x: 0, y: 0, width: 300, height: 300 }, {}, -9999, 9999, rules), { x: 0, y: 0, width: 300, height: 750 });
});

test("typed numbers are brought to what is allowed", () => {
  assert.deepEqual(placed({ x: -5, y: 880, width: 5, height: 0 }, rules), { x: 0, y: 600, width: 300, height: 300 });
  assert.deepEqual(placed({ x: 2900, y: 0, width: 400, height: 400 }, rules), { x: 2600, y: 0, width: 400, height: 400 });
});

test("a picture smaller than the least side is kept whole", () => {
  assert.deepEqual(placed({ x: 0, y: 0, width: 200, height: 260 }, rulesFor({ width: 200, height: 260 }, LIMITS)), { x: 0, y: 0, width: 200, height: 260 });
});

test("an end of a selection takes the other along where it has to", () => {
  const long = soundRules({ durationSeconds: 90 }, LIMITS);
  assert.deepEqual(withStart({ start: 0, end: 60 }, 10, long), { start: 10, end: 60 });
  assert.deepEqual(withStart({ start: 10, end: 70 }, 5, long), { start: 5, end: 65 });
  assert.deepEqual(withStart({ start: 10, end: 70 }, 89.5, long), { start: 88, end: 90 });
  assert.deepEqual(withEnd({ start: 0, end: 60 }, 90, long), { start: 30, end: 90 });
  assert.deepEqual(withEnd({ start: 50, end: 60 }, 1, long), { start: 0, end: 2 });
  assert.deepEqual(shifted({ start: 10, end: 40 }, 500, long), { start: 60, end: 90 });
  const short = soundRules({ durationSeconds: 1.2 }, LIMITS);
  assert.deepEqual(withStart({ start: 0, end: 1.2 }, 1, short), { start: 0, end: 1.2 });
  assert.deepEqual(withEnd({ start: 0, end: 1.2 }, 0.3, short), { start: 0, end: 1.2 });
});
