// Tells whether something was already made from exactly these inputs.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { ROOT } from "./paths.mjs";

/** Every file in these files and folders (relative to the repository), sorted. */
export function filesIn(...paths) {
  const found = [];
  const visit = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile()) found.push(relative(ROOT, path).split(sep).join("/"));
    else if (stat?.isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
  };
  for (const path of paths) visit(join(ROOT, path));
  return found.sort();
}

/** One hash over the names and contents of files, and over further facts. */
export function fingerprint(files, ...facts) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\0`).update(createHash("sha256").update(readFileSync(join(ROOT, file))).digest());
  for (const fact of facts) hash.update(`\0${fact}`);
  return hash.digest("hex");
}

export function matches(stampFile, value) {
  return existsSync(stampFile) && readFileSync(stampFile, "utf8") === value;
}

export function stamp(stampFile, value) {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, value);
}
