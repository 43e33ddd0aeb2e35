// The same sources give the same bytes, in whatever folder and from whatever is there already.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { DIST, ROOT } from "../../npm/setup/paths.mjs";
import { run } from "../../npm/setup/process.mjs";

const SOURCES = ["src", "npm", "docs", ".cargo", "Cargo.toml", "Cargo.lock", "package.json", "package-lock.json"];
/** Cargo wants every target that the manifest names. */
const ALSO = ["tests", "examples", "benches"];
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kling-avatar-second-build-"));
});
after(() => rm(folder, { recursive: true, force: true }));

test("a second build, elsewhere and from nothing, gives the same bytes", async () => {
  const filter = (path) => !/\/(node_modules|target)$/.test(path);
  for (const name of [...SOURCES, ...ALSO]) {
    await cp(join(ROOT, name), join(folder, name), { recursive: true, filter }).catch((error) => {
      if (error.code !== "ENOENT" || SOURCES.includes(name)) throw error;
    });
  }
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const { code, output } = await run(process.execPath, ["npm/build.mjs"], { cwd: folder });
  assert.equal(code, 0, output);
  assert.deepEqual(await hashes(join(folder, "dist")), await hashes(DIST));
});

async function hashes(of) {
  const names = (await readdir(of)).sort();
  const hash = async (name) => [name, createHash("sha256").update(await readFile(join(of, name))).digest("hex")];
  return Object.fromEntries(await Promise.all(names.map(hash)));
}
