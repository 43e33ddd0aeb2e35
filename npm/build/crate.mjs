// Compiles the crate to WebAssembly and generates its JavaScript glue.
import { dirname, join } from "node:path";
import { homedir } from "node:os";
import { existsSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { BUILD, ROOT, TARGET } from "../setup/paths.mjs";
import { must, run } from "../setup/process.mjs";
import { Stop, say } from "../setup/report.mjs";

const TRIPLE = "wasm32-unknown-unknown";
/** Developers may change dependencies; elsewhere the lock file has to say all. */
const LOCKED = process.env.CI ? ["--locked"] : [];

/** A panic traps at once. What it would have said, and where, would be a tenth of the module. */
const WITHOUT_PANIC_WORDS = ["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none", "-Zfmt-debug=none"];

/**
 * Tables of references cost more in the module than they save in its glue (0.9 KB, brotli). Only where the standard
 * library is compiled, too: one module cannot hold both ways.
 */
const WITHOUT_REFERENCE_TABLES = "-Ctarget-feature=-reference-types";

/** Values that are known on some ways only are not worked out ahead on the others (1.1 KB, brotli). */
const WITHOUT_PARTIAL_REDUNDANCY = ["-Cllvm-args=-enable-pre=false", "-Cllvm-args=-enable-load-pre=false"];

/**
 * Compiles the crate with the exports that a feature of its stands for. Resolves with the folder that holds
 * `<name>.js` and `<name>_bg.wasm`.
 */
export async function buildCrate(toolchain, wasmBindgenFolder, { name, feature }) {
  say(`Compiling the crate to WebAssembly (${name})`);
  await compile(toolchain, "--features", feature);
  const out = join(BUILD, "glue", name);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  // The names of the functions and the features that the module uses stay in: what makes it smaller reads them, and takes
  // them out last.
  const glue = ["--target", "web", "--no-typescript", "--omit-default-module-path"];
  glue.push("--remove-producers-section", "--out-name", name, "--out-dir", out);
  await must("wasm-bindgen", join(wasmBindgenFolder, "wasm-bindgen"), [...glue, compiled("kling_avatar")]);
  return out;
}

/** Where a library is once it is compiled. */
export const compiled = (library) => join(TARGET, TRIPLE, "release", `${library}.wasm`);

/** Compiles a library as the package's module is, with further arguments for cargo. */
export async function compile(toolchain, ...more) {
  const env = { ...toolchain.env, CARGO_TARGET_DIR: TARGET };
  // These would replace the flags below, or move the result.
  for (const variable of ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"]) delete env[variable];
  const flags = (await pathRemaps(toolchain, env)).flatMap((remap) => ["--remap-path-prefix", remap]);
  // As a cdylib alone: with the rlib beside it the module is larger.
  const args = ["rustc", "--release", "--target", TRIPLE, "--lib", "--crate-type", "cdylib", ...LOCKED, ...more];
  const unstable = { ...env, RUSTC_BOOTSTRAP: "1" }; // lets a stable compiler take the -Z flags
  const isLean = toolchain.library !== undefined && (await takes(toolchain.rustc, WITHOUT_PANIC_WORDS, unstable));
  if (isLean) {
    flags.push(...WITHOUT_PANIC_WORDS, WITHOUT_REFERENCE_TABLES, ...WITHOUT_PARTIAL_REDUNDANCY);
    args.push("-Z", "build-std=std,panic_abort", "-Z", "build-std-features=optimize_for_size");
  } else {
    args.push(...toolchain.buildStd("std", "panic_abort"));
  }
  args.push("--config", `target.${TRIPLE}.rustflags=${JSON.stringify(flags)}`);
  const { output } = await must("Compiling the crate", toolchain.cargo, args, { cwd: ROOT, env: isLean ? unstable : env });
  if (output.includes("warning:")) say(output.trimEnd());
}

/** Whether this compiler knows these flags; they are young. */
async function takes(rustc, flags, env) {
  return (await run(rustc, [...flags, "--target", TRIPLE, "--print", "cfg"], { cwd: ROOT, env })).code === 0;
}

/**
 * Replacements for the folders of this machine that panic messages would otherwise name. The same on every machine,
 * so that the same sources give the same bytes. The last one that fits is taken.
 */
async function pathRemaps(toolchain, env) {
  const list = ["metadata", "--format-version", "1", "--filter-platform", TRIPLE, "--features", "npm", ...LOCKED];
  const { stdout } = await must("Reading the crate's dependencies", toolchain.cargo, list, { cwd: ROOT, env });
  let packages;
  try {
    packages = JSON.parse(stdout).packages;
  } catch {
    throw new Stop("cargo metadata did not answer in JSON.");
  }
  const crateFolders = packages.filter((each) => each.source !== null).map((each) => dirname(dirname(each.manifest_path)));
  const remaps = [`${homedir()}=/home`, `${ROOT}=/kling-avatar`];
  for (const folder of new Set(crateFolders)) remaps.push(`${folder}=/crates`);
  return [...remaps, ...(await libraryRemaps(toolchain))];
}

/** Gives the standard library's sources, where they are installed, the name that they have where they are not. */
async function libraryRemaps({ rustc }) {
  const { stdout: version } = await must("rustc", rustc, ["-vV"], { cwd: ROOT });
  const { stdout: sysroot } = await must("rustc", rustc, ["--print", "sysroot"], { cwd: ROOT });
  const sources = join(sysroot.trim(), "lib", "rustlib", "src", "rust");
  const folders = existsSync(sources) ? [sources, realpathSync(sources)] : [];
  return [...new Set(folders)].map((folder) => `${folder}=/rustc/${/^commit-hash: (\S+)$/m.exec(version)?.[1]}`);
}
