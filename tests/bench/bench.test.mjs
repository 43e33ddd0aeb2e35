// The measurements themselves run on, and leave what the README says they leave. What they find is nothing that a test asks.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../../npm/setup/paths.mjs";
import { run } from "../../npm/setup/process.mjs";

const PLACES = ["Node", "workerd", "Chromium"];
let folder, ended, results;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kling-avatar-bench-"));
  const args = ["--small", "--rounds", "1", "--only", PLACES.join(), "--out", folder];
  ended = await run(process.execPath, [join(ROOT, "npm/bench.mjs"), ...args], { cwd: ROOT });
  assert.equal(ended.code, 0, ended.output);
  results = JSON.parse(await readFile(join(folder, "bench.json"), "utf8"));
});
after(() => rm(folder, { recursive: true }));

test("each place is measured beside what is written by hand", () => {
  assert.deepEqual(Object.keys(results.places), PLACES);
  for (const [name, { version, body, cpu, sent }] of Object.entries(results.places)) {
    assert.match(version, /^\d+\.\d+/);
    for (const samples of body ? [body] : [cpu, sent]) {
      assert.ok(samples["kling-avatar"].every((ms) => ms > 0), name);
      assert.ok("btoa" in samples && Object.keys(samples).length > 3, name);
      assert.ok(Object.values(samples).every((each) => each.length === results.rounds), name);
    }
  }
});

test("blocks, memory, the encoder and the start are measured", () => {
  const { Node: node, Chromium: chromium } = results.places;
  assert.deepEqual(Object.keys(chromium.blocks), ["blobs", "bytes", "text"]);
  assert.deepEqual(Object.keys(chromium.traces), Object.keys(chromium.blocks).flatMap((files) => [files, `${files}, processor time`]));
  // Small files can block a page for less than its clock tells.
  const blocks = [...Object.values(chromium.traces), ...Object.values(chromium.blocks)];
  assert.ok(blocks.every((runs) => runs.length > 0 && runs.every((ms) => Number.isFinite(ms) && ms >= 0)), JSON.stringify(blocks));
  assert.ok(Object.values(chromium.traces).flat().some((ms) => ms > 0));
  assert.ok(node.memory.length === 0 || node.memory.every(({ peakBytes }) => peakBytes[0] > 0));
  assert.deepEqual(Object.keys(node.encoding), ["encode", "copyInCache", "copy"]);
  assert.deepEqual(node.startUp.calls, [], "Node loads the module with the first call");
  assert.deepEqual(chromium.startUp.calls, ["fetch"], "a page does nothing else while the package is imported");
});

test("the linear memory stays small", () => {
  for (const { linearBytes } of [results.places.Node, results.places.Chromium]) assert.ok(linearBytes > 0 && linearBytes <= 4 * 2 ** 20);
});

test("every table is on the page and on the screen, and the page opens by itself", async () => {
  const page = await readFile(join(folder, "bench.html"), "utf8");
  const titles = [...page.matchAll(/<h2>([^<]+)<\/h2>/g)].map(([, title]) => title);
  assert.ok(titles.length >= 8 && titles.every((title) => ended.output.includes(title)), titles.join("; "));
  assert.ok(page.includes("<rect") && !/NaN|undefined|(src|href)=/.test(page));
});
