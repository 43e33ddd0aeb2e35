// A user's code compiles against the installed package, however TypeScript looks packages up.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../../npm/setup/paths.mjs";
import { installTarball } from "./tarball.mjs";

const TSC = join(ROOT, "node_modules", "typescript", "bin", "tsc");
const STRICT = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--target", "es2022"];
const PLATFORM = ["--lib", "es2022,dom,dom.iterable,dom.asynciterable", "--types", ""];
let installed;

before(async () => {
  installed = await installTarball();
  await copyFile(join(ROOT, "tests/package/consumer.ts"), join(installed.project, "consumer.ts"));
});
after(() => installed?.remove());

function compile(options, file = "consumer.ts") {
  return new Promise((resolve) => {
    const args = [TSC, ...STRICT, ...PLATFORM, ...options, file];
    execFile(process.execPath, args, { cwd: installed.project }, (error, stdout) => resolve({ failed: error !== null, stdout }));
  });
}

const WAYS = {
  bundler: ["--module", "esnext", "--moduleResolution", "bundler"],
  node16: ["--module", "node16"],
  nodenext: ["--module", "nodenext"],
};
for (const [name, options] of Object.entries(WAYS)) {
  test(`moduleResolution ${name}`, async () => {
    assert.deepEqual(await compile(options), { failed: false, stdout: "" });
  });
}

for (const module of ["node16", "nodenext"]) {
  test(`a CommonJS module, ${module}`, async () => {
    await copyFile(join(installed.project, "consumer.ts"), join(installed.project, "consumer.cts"));
    assert.deepEqual(await compile(["--module", module], "consumer.cts"), { failed: false, stdout: "" });
  });
}

test("the README's code for pages is TypeScript as it stands", async () => {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/```js\n([^]*?)```/g)].map(([, code]) => code).filter((code) => !/node:|export default/.test(code));
  assert.equal(blocks.length, 6);
  const files = ["photoFile", "voiceFile", "videoFile", "photo", "voice", "prompt", "photoInput", "voiceInput", "keyInput", "videoElement", "player"];
  const functions = ["show", "showBeside", "showError", "offerToGoOn", "drawWaveform"];
  for (const [index, code] of blocks.entries()) {
    const free = [...files.map((name) => `${name}: any`), ...functions.map((name) => `${name}: (...given: any[]) => void`)];
    const known = free.filter((each) => !new RegExp(`const ${each.split(":")[0]} =`).test(code)).map((each) => `declare const ${each};`);
    const client = /import .*AvatarClient/.test(code) ? "" : 'import { AvatarClient } from "kling-avatar";';
    await writeFile(join(installed.project, "readme.ts"), [client, ...known, code, "export {};"].join("\n"));
    assert.deepEqual(await compile(WAYS.nodenext, "readme.ts"), { failed: false, stdout: "" }, `block ${index}`);
  }
});

test("the types know no any", async () => {
  for (const file of installed.files.filter((name) => name.endsWith(".d.ts"))) {
    const code = (await readFile(join(installed.folder, file), "utf8")).replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
    assert.doesNotMatch(code, /\bany\b/, file);
  }
});
