// Puts the package together in dist/: one module, its glue, the entries and the types.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { withLock } from "../setup/lock.mjs";
import { ensureNodeModules } from "../setup/node-modules.mjs";
import { BUILD, DIST, ROOT } from "../setup/paths.mjs";
import { say } from "../setup/report.mjs";
import { ensureWasmToolchain } from "../setup/rust.mjs";
import { filesIn, fingerprint, matches, stamp } from "../setup/stamp.mjs";
import { ensureWasmBindgen } from "../setup/wasm-bindgen.mjs";
import { buildCrate } from "./crate.mjs";
import { forCommonJs } from "./common-js.mjs";
import { generate } from "./generated.mjs";
import { joinJs, minifyJs, shrinkModule } from "./shrink.mjs";

const ENTRIES = join(ROOT, "npm", "entries");
const STAMP = join(BUILD, "dist.stamp");
const INPUTS = ["src", "Cargo.toml", "Cargo.lock", ".cargo", "package-lock.json", "npm/build", "npm/entries"];
/** What pages download has nothing in it that only a gateway needs; servers have one module for both. */
const MODULES = [
  { name: "kling_avatar", feature: "npm" },
  { name: "kling_avatar_server", feature: "npm-server" },
];
/** What is shipped as it is written, beside the entries' own types. */
const PAPERS = ["npm/index.d.ts", "npm/fit.d.ts", "npm/gateway.d.ts", "docs/openapi.yaml"];

/** Builds dist/ unless it is already made from exactly these sources. */
export function build() {
  return withLock(join(BUILD, "lock"), buildAlone);
}

async function buildAlone() {
  await ensureNodeModules();
  const made = fingerprint(filesIn(...INPUTS, ...PAPERS), process.env.KLING_AVATAR_WASM_TOOLCHAIN ?? "");
  if (matches(STAMP, `${made} ${fingerprint(filesIn("dist"))}`)) return;

  const [toolchain, wasmBindgen] = [await ensureWasmToolchain(), await ensureWasmBindgen()];
  const next = join(BUILD, "dist");
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { recursive: true });
  for (const each of MODULES) {
    const glue = await buildCrate(toolchain, wasmBindgen, each);
    await shrinkModule(each.name, glue, next);
  }
  for (const entry of entries()) {
    await minifyJs(readFileSync(join(ENTRIES, entry), "utf8"), join(next, entry), { keepNames: true });
  }
  for (const paper of PAPERS) copyFileSync(join(ROOT, paper), join(next, basename(paper)));
  for (const types of entries(".d.ts")) copyFileSync(join(ENTRIES, types), join(next, types));
  await generate(next);
  // One file in place of eight that name each other: fewer bytes, and fewer turns to the server.
  await joinJs(join(next, "browser.js"), "./error.js");
  forCommonJs(next);

  rmSync(DIST, { recursive: true, force: true });
  renameSync(next, DIST);
  stamp(STAMP, `${made} ${fingerprint(filesIn("dist"))}`);
  say(`Built dist/ (${readdirSync(DIST).map(size).join(", ")})`);
}

function entries(extension = ".js") {
  return existsSync(ENTRIES) ? readdirSync(ENTRIES).filter((name) => name.endsWith(extension)) : [];
}

function size(name) {
  return `${name} ${(statSync(join(DIST, name)).size / 1024).toFixed(1)} KB`;
}
