// The encoder alone, built as the release is.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, compiled } from "../build/crate.mjs";
import { optimizeWasm } from "../build/shrink.mjs";
import { BUILD, ROOT } from "../setup/paths.mjs";
import { ensureWasmToolchain } from "../setup/rust.mjs";
import { filesIn, fingerprint, matches, stamp } from "../setup/stamp.mjs";

const MANIFEST = "npm/bench/encoding/Cargo.toml";
const INPUTS = ["npm/bench/encoding", "npm/build", "src/engine/base64.rs", "src/engine/base64_wasm.rs", "Cargo.toml", ".cargo"];

/** Resolves with the path of the module, built unless it is already made from exactly these sources. */
export async function encodingModule() {
  const folder = join(BUILD, "bench");
  const [module, file] = [join(folder, "encoding.wasm"), join(folder, "encoding.stamp")];
  const made = fingerprint(filesIn(...INPUTS), process.env.KLING_AVATAR_WASM_TOOLCHAIN ?? "");
  if (matches(file, made)) return module;
  mkdirSync(folder, { recursive: true });
  const profile = join(folder, "profile.toml");
  writeFileSync(profile, profiles(readFileSync(join(ROOT, "Cargo.toml"), "utf8")));
  await compile(await ensureWasmToolchain(), "--manifest-path", MANIFEST, "--config", profile);
  const unoptimized = join(folder, "encoding-unoptimized.wasm");
  copyFileSync(compiled("encoding_bench"), unoptimized);
  await optimizeWasm(unoptimized, module);
  stamp(file, made);
  return module;
}

/** The package's own profiles, which hold for its manifest alone. */
function profiles(manifest) {
  return manifest.split(/^(?=\[)/m).filter((table) => table.startsWith("[profile.")).join("");
}
