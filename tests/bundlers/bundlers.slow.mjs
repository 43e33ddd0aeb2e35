import assert from "node:assert/strict";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { hosted } from "./host.mjs";
import { modulesIn, npx, startStand, succeeds } from "./stand.mjs";

/** How each of those that emit the module by themselves is called. All build into dist/. */
const BY_THEMSELVES = {
  webpack: (project) => succeeds(project, process.execPath, "build.mjs"),
  rspack: (project) => succeeds(project, process.execPath, "build.mjs"),
  parcel: (project) => npx(project, "parcel", "build", "index.html", "--no-cache"),
};
/** And those that do not. */
const BARE = {
  esbuild: (project) => npx(project, "esbuild", "main.js", "--bundle", "--format=esm", "--outdir=dist", "--log-level=warning"),
  rollup: (project) => npx(project, "rollup", "main.js", "--plugin", "node-resolve", "--format", "es", "--dir", "dist"),
};
/** The one line that the README and the error name. */
const LINE = "cp node_modules/kling-avatar/dist/kling_avatar_bg.wasm dist/";

const toInline = async (main) => writeFile(main, (await readFile(main, "utf8")).replace('"kling-avatar"', '"kling-avatar/inline"'));

let stand;
before(async () => {
  stand = await startStand();
});
after(() => stand?.close());

for (const [name, build] of Object.entries(BY_THEMSELVES)) {
  test(name, async () => {
    const project = await stand.project(name);
    await build(project);
    const dist = join(project, "dist");
    if (name !== "parcel") await copyFile(join(project, "index.html"), join(dist, "index.html"));
    assert.equal((await modulesIn(dist)).length, 1);
    await hosted(dist, stand.makesVideo);
  });
}

for (const [name, build] of Object.entries(BARE)) {
  test(`${name}: the plain entry after one line, which the error names without it; the inline entry as it is`, async () => {
    const project = await stand.project(name);
    const dist = join(project, "dist");
    await build(project);
    await copyFile(join(project, "index.html"), join(dist, "index.html"));
    assert.equal((await modulesIn(dist)).length, 0);
    const error = await hosted(dist, stand.fails);
    assert.deepEqual([error.name, error.code], ["AvatarError", "configuration"]);
    for (const words of [LINE.split("/dist/kling")[0], "kling-avatar/inline"]) assert.ok(error.message.includes(words), error.message);

    await succeeds(project, "sh", "-c", LINE);
    assert.equal((await modulesIn(dist)).length, 1);
    await hosted(dist, stand.makesVideo);

    await toInline(join(project, "main.js"));
    await succeeds(project, "rm", "-r", "dist");
    await build(project);
    await copyFile(join(project, "index.html"), join(dist, "index.html"));
    await hosted(dist, stand.makesVideo);
  });
}

test("esbuild, to a script that is no module: the error names the inline entry, which works", async () => {
  const project = await stand.project("esbuild");
  const dist = join(project, "dist");
  const build = () => npx(project, "esbuild", "main.js", "--bundle", "--outdir=dist", "--log-level=warning");
  await build();
  await writeFile(join(dist, "index.html"), '<!doctype html><link rel="icon" href="data:,"><script src="main.js"></script>');
  const error = await hosted(dist, stand.fails);
  assert.deepEqual([error.name, error.code], ["AvatarError", "configuration"]);
  assert.match(error.message, /no module.*kling-avatar\/inline/);

  await toInline(join(project, "main.js"));
  await build();
  await hosted(dist, stand.makesVideo);
});
