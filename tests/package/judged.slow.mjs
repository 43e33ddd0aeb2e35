// What others' checkers say of the packed package: nothing.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { run } from "../../npm/setup/process.mjs";
import { ensureTools } from "../../npm/setup/tools.mjs";
import { pack } from "./tarball.mjs";

let programs, folder, tarball;

before(async () => {
  programs = await ensureTools(import.meta.dirname);
  folder = await mkdtemp(join(tmpdir(), "kling-avatar-judged-"));
  tarball = await pack(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

test("publint finds nothing", async () => {
  const { code, output } = await run(join(programs, "publint"), [tarball, "--strict"]);
  assert.equal(code, 0, output);
  assert.match(output, /All good!/);
});

test("arethetypeswrong finds nothing", async () => {
  // The first two are no JavaScript, and the third is for workerd alone, which has no CommonJS.
  const others = ["openapi.yaml", "kling_avatar_bg.wasm", "gateway/durable-object"];
  const args = [tarball, "--no-emoji", "--exclude-entrypoints", ...others];
  const { code, output } = await run(join(programs, "attw"), args);
  assert.equal(code, 0, output);
});
