// wasm-bindgen's command line of exactly the crate's version: from PATH, from the cache, or built into the cache.
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CACHE, ROOT } from "./paths.mjs";
import { must, run, which } from "./process.mjs";
import { Stop, say } from "./report.mjs";
import { requireCargo } from "./rust.mjs";

const PROGRAMS = ["wasm-bindgen", "wasm-bindgen-test-runner"];

/** Resolves with the folder that holds `wasm-bindgen` and `wasm-bindgen-test-runner`. */
export async function ensureWasmBindgen() {
  const version = lockedVersion();
  const cached = join(CACHE, `wasm-bindgen-${version}`);
  const onPath = which("wasm-bindgen");
  for (const bin of [onPath && dirname(onPath), join(cached, "bin")]) {
    if (bin && (await holds(bin, version))) return bin;
  }
  await install(version, cached);
  return join(cached, "bin");
}

function lockedVersion() {
  const lock = readFileSync(join(ROOT, "Cargo.lock"), "utf8");
  const version = /name = "wasm-bindgen"\nversion = "([^"]+)"/.exec(lock)?.[1];
  if (version === undefined) throw new Stop("Cargo.lock does not name a version of wasm-bindgen.");
  return version;
}

async function holds(bin, version) {
  for (const program of PROGRAMS) {
    const { code, stdout } = await run(join(bin, program), ["--version"]);
    if (code !== 0 || stdout.trim().split(" ").at(-1) !== version) return false;
  }
  return true;
}

async function install(version, root) {
  requireCargo();
  say(`Building wasm-bindgen ${version} for this machine (once, about three minutes)`);
  mkdirSync(root, { recursive: true });
  // Not --locked: the lock file in the crate names a version that is not served everywhere. Newest versions instead,
  // of those that this compiler is new enough for. No TLS, which only remote browsers would need, and little
  // optimization: the program runs for a fraction of a second, and compiles in half of the time.
  const args = ["install", "wasm-bindgen-cli", "--version", version, "--root", root, "--force", "--quiet", "--no-default-features"];
  for (const program of PROGRAMS) args.push("--bin", program);
  const env = {
    ...process.env,
    CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS: "fallback",
    CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
  };
  for (const name of ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"]) delete env[name];
  await must("Building wasm-bindgen", "cargo", args, { cwd: root, env });
}
