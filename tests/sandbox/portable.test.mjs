import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** What a module needs, all in all, when it is bundled for pages. @param {string} name */
async function inputs(name) {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))], bundle: true, write: false, metafile: true,
    platform: "browser", format: "esm", logLevel: "silent",
  });
  return Object.keys(metafile.inputs);
}

test("the API needs neither Node nor a package", async () => {
  const needed = await inputs("api.mjs");
  assert.ok(needed.some((path) => path.endsWith("tests/sandbox/tasks.mjs")));
  assert.deepEqual(needed.filter((path) => !path.endsWith(".mjs") || path.includes("node_modules")), []);
});

test("its checks run in pages too", async () => {
  const needed = await inputs("checks.mjs");
  assert.ok(needed.some((path) => path.includes("node_modules/music-metadata")));
});

test("what needs Node cannot be bundled for pages, so the test above can fail", async () => {
  await assert.rejects(inputs("ffmpeg.mjs"), /node:child_process/);
});
