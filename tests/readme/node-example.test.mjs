// The Node script of the README runs as printed, but for the sandbox's port.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { startSandbox } from "../sandbox/server.mjs";

const root = join(import.meta.dirname, "..", "..");

test("the README's Node script makes a video", async (t) => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const script = readme.match(/## In Node[\s\S]*?```js\n([\s\S]*?)```/)[1];
  assert.ok(script.trim().split("\n").length <= 11, "it is ten lines and a blank one");
  const sandbox = await startSandbox({ port: 0, speed: 100 });
  t.after(() => sandbox.close());
  // Inside the repository, so that `kling-avatar` is found; in build/, so that git does not see it.
  const folder = mkdtempSync(join(root, "build", "readme-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "avatar.mjs");
  writeFileSync(file, script.replaceAll("http://127.0.0.1:8788", sandbox.url).replace('"video.mp4"', JSON.stringify(join(folder, "video.mp4"))));
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: root });
  assert.match(stdout, /^video\.mp4 lasts 7\.\d+ s\n$/);
  assert.equal(readFileSync(join(folder, "video.mp4")).subarray(4, 8).toString(), "ftyp");
  assert.equal(sandbox.ledger.read().totals.tasks, 1);
});
