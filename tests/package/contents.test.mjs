import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { FILE, licences } from "../../npm/licences.mjs";
import { ROOT } from "../../npm/setup/paths.mjs";
import { installTarball } from "./tarball.mjs";

let installed;

before(async () => {
  installed = await installTarball();
});
after(() => installed.remove());

test("carries the built package and its papers, and nothing else", () => {
  const papers = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "THIRD-PARTY-LICENSES.md", "package.json"];
  const rest = installed.files.filter((file) => !papers.includes(file));
  for (const file of rest) assert.match(file, /^dist\/[a-z0-9_-]+\.(js|cjs|json|wasm|yaml|d\.ts|d\.cts)$/);
  assert.ok(papers.every((file) => installed.files.includes(file)), installed.files.join(", "));
});

const MODULES = ["dist/kling_avatar_bg.wasm", "dist/kling_avatar_server_bg.wasm"];

test("has one WebAssembly module for pages and one for servers, and no source map or test", () => {
  assert.deepEqual(installed.files.filter((file) => file.endsWith(".wasm")).sort(), MODULES);
  assert.deepEqual(installed.files.filter((file) => /\.map$|test|spec|sandbox|fixture/i.test(file)), []);
});

test("no file names a folder of the machine that built it, or links to a source map", async () => {
  const folders = [ROOT, homedir(), "/.cargo/", "/.rustup/", "registry/src", "/usr/src/", "/usr/lib/rustlib"];
  for (const file of installed.files) {
    const text = await readFile(join(installed.folder, file), "latin1");
    for (const folder of folders) assert.ok(!text.includes(folder), `${file} contains ${folder}`);
    assert.ok(!text.includes("sourceMappingURL"), `${file} links to a source map`);
  }
});

test("what pages download has nothing in it that only a gateway needs", async () => {
  const count = async (file) => WebAssembly.Module.exports(await WebAssembly.compile(await readFile(join(installed.folder, file)))).length;
  const named = async (file) => (await readFile(join(installed.folder, file), "utf8")).match(/gateway|token|decide/i) !== null;
  const [page, server] = MODULES;
  assert.ok((await count(page)) < (await count(server)));
  assert.deepEqual([await named("dist/kling_avatar.js"), await named("dist/kling_avatar_server.js")], [false, true]);
});

test("a page loads one script, and the one that other entries share with it", async () => {
  const script = await readFile(join(installed.folder, "dist/browser.js"), "utf8");
  assert.deepEqual(script.match(/\b(from|import)\s*\(?\s*"\.[^"]*"/g), ['from"./error.js"']);
  assert.match(script, /new URL\("\.\/kling_avatar_bg\.wasm",import\.meta\.url\)/);
});

test("the modules have no custom section", async () => {
  for (const file of MODULES) {
    const module = await WebAssembly.compile(await readFile(join(installed.folder, file)));
    for (const name of ["name", "producers", "target_features", ".debug_info"]) {
      assert.equal(WebAssembly.Module.customSections(module, name).length, 0, `${file}: ${name}`);
    }
  }
});

test("needs no other package and runs nothing when it is installed", async () => {
  const manifest = JSON.parse(await readFile(join(installed.folder, "package.json"), "utf8"));
  assert.deepEqual([manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies], [undefined, undefined, undefined]);
  for (const script of ["preinstall", "install", "postinstall", "prepare"]) assert.equal(manifest.scripts?.[script], undefined);
});

test("the lock file names versions and hashes, and no registry", async () => {
  const text = await readFile(join(ROOT, "package-lock.json"), "utf8");
  assert.doesNotMatch(text, /"resolved"/);
  for (const [path, entry] of Object.entries(JSON.parse(text).packages)) {
    if (path !== "") assert.match(entry.integrity ?? "", /^sha512-/, path);
  }
});

test("the licences of what is compiled in are listed as they are now (npm run licences)", async () => {
  assert.equal(await readFile(FILE, "utf8"), await licences());
});
