// The API reference can be made, and every public item in it says what it is: typedoc's warnings count as errors.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { BUILD, ROOT } from "../../npm/setup/paths.mjs";
import { run } from "../../npm/setup/process.mjs";

test("npm run docs", async () => {
  const { code, output } = await run(process.execPath, ["npm/docs.mjs"], { cwd: ROOT });
  assert.equal(code, 0, output);
  const page = await readFile(join(BUILD, "docs", "classes", "index.AvatarClient.html"), "utf8");
  assert.match(page, /generate/);
});
