// Installs the npm packages of the lock file where node_modules does not hold them yet.
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";
import { must } from "./process.mjs";
import { Stop, say } from "./report.mjs";

export async function ensureNodeModules() {
  requireNode();
  if (isInstalled()) return;
  const folder = join(ROOT, "node_modules");
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new Stop("node_modules is a link to a folder that does not match package-lock.json: update that folder with `npm ci`.");
  }
  say("Installing the npm packages");
  // None of them needs an install script: the ones that have one also carry their program in a platform package.
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  const npm = process.env.npm_execpath;
  const inNpm = npm !== undefined && /npm-cli\.[cm]?js$/.test(npm);
  await must("npm ci", inNpm ? process.execPath : "npm", inNpm ? [npm, ...args] : args, { cwd: ROOT });
}

function requireNode() {
  if (Number.parseInt(process.versions.node, 10) < 20) {
    throw new Stop(`Node.js 20 or newer is needed; this is ${process.versions.node}.`);
  }
}

/** Whether exactly the locked packages are there; optional ones (programs for other platforms) may be missing. */
function isInstalled() {
  const wanted = packages("package-lock.json");
  const found = packages("node_modules/.package-lock.json");
  if (wanted === undefined || found === undefined) return false;
  const same = (path) => found[path]?.version === wanted[path]?.version && found[path]?.integrity === wanted[path]?.integrity;
  return (
    Object.keys(found).every(same) &&
    Object.keys(wanted).every((path) => path === "" || (wanted[path].optional && !(path in found)) || same(path))
  );
}

function packages(file) {
  try {
    return JSON.parse(readFileSync(join(ROOT, file), "utf8")).packages;
  } catch {
    return undefined;
  }
}
