// Programs from npm that only some tests or scripts need, each set with a package.json and a lock file of its own, so that
// nobody else installs them.
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "./paths.mjs";
import { must } from "./process.mjs";
import { say } from "./report.mjs";
import { fingerprint, matches, stamp } from "./stamp.mjs";

/** Installs what the lock file in `folder` names, unless it is there; resolves with the folder of its programs. */
export async function ensureTools(folder) {
  const made = fingerprint([join(relative(ROOT, folder), "package-lock.json")]);
  const file = join(folder, "node_modules", ".kling-avatar");
  if (!matches(file, made)) {
    say(`Installing ${Object.keys(dependencies(folder)).join(", ")}`);
    await must("npm ci", "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: folder });
    stamp(file, made);
  }
  return join(folder, "node_modules", ".bin");
}

function dependencies(folder) {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { ...dependencies, ...optionalDependencies };
}
