// Programs from PyPI that only some tests or scripts need, each set with a lock file that names every version and its hashes.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { CACHE, ROOT } from "./paths.mjs";
import { must, run } from "./process.mjs";
import { say } from "./report.mjs";
import { fingerprint, matches, stamp } from "./stamp.mjs";
import { ensureSystem, pythonPath } from "./system.mjs";

/** Installs what the lock file `requirements` names, unless it is there; resolves with the folder of its programs. */
export async function ensurePythonTools(requirements) {
  await ensureSystem(["Python 3.11"]);
  const python = await pythonPath();
  const { output: version } = await run(python, ["--version"]);
  const made = fingerprint([requirements], python, version);
  const folder = join(CACHE, `python-${made.slice(0, 16)}`);
  const file = join(folder, "installed");
  if (!matches(file, made)) {
    await withLock(`${folder}.lock`, async () => {
      if (!matches(file, made)) await install(requirements, python, folder);
      stamp(file, made);
    });
  }
  return join(folder, "bin");
}

async function install(requirements, python, folder) {
  say(`Installing ${/^# (.*)$/m.exec(readFileSync(join(ROOT, requirements), "utf8"))[1]}`);
  rmSync(folder, { recursive: true, force: true });
  await must("python3 -m venv", python, ["-m", "venv", folder]);
  const args = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", join(ROOT, requirements)];
  await must("pip install", join(folder, "bin", "python"), ["-m", "pip", "install", ...args]);
}
