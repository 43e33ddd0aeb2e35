// A Rust toolchain that builds for wasm32-unknown-unknown.
//
// The usual one is rustup's, whose target is added when it is missing. Some machines have Rust but cannot download a
// target; where they are Debian, the standard library is built from Debian's own packages instead.
// KLING_AVATAR_WASM_TOOLCHAIN=rustup or =debian allows one of the two only.
//
// Either way the package's own build compiles the standard library too, where its source can be had: without the code
// that words panics the module is a tenth smaller.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { aptInstall, aptObstacle } from "./apt.mjs";
import { ROOT } from "./paths.mjs";
import { isProgram, run, which } from "./process.mjs";
import { Stop, say } from "./report.mjs";

const TRIPLE = "wasm32-unknown-unknown";
const DOWNLOAD_TIMEOUT_MS = 120_000;
const DEBIAN_PACKAGES = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];
const DEBIAN_LIBRARY = "/usr/lib/rustlib/src/rust/library";
const DEBIAN_LINKER = "/usr/bin/wasm-ld-19";

/** Makes sure that cargo is there, for what runs on this machine. */
export function requireCargo() {
  if (which("cargo") === undefined || which("rustc") === undefined) {
    throw new Stop("Rust is missing: install it from https://rustup.rs and run this again.");
  }
}

/**
 * Resolves with the toolchain: `cargo` and `rustc` are the programs, `env` is cargo's environment, and
 * `buildStd(...crates)` gives the arguments that make cargo build those crates of the standard library where they are
 * not there ready-made. `library` is the folder of its source, where there is one.
 */
export async function ensureWasmToolchain() {
  requireCargo();
  const only = process.env.KLING_AVATAR_WASM_TOOLCHAIN ?? "";
  if (!["", "rustup", "debian"].includes(only)) {
    throw new Stop(`KLING_AVATAR_WASM_TOOLCHAIN is "${only}"; it can be "rustup" or "debian".`);
  }
  if (only !== "debian" && (await hasWasmTarget())) return await readyMade();
  const failure = only === "debian" ? undefined : await addTarget();
  if (only !== "debian" && failure === undefined) return await readyMade();
  if (only !== "rustup" && (await ensureDebian())) return debian();
  const wanted = only === "debian" ? `apt-get install ${DEBIAN_PACKAGES.join(" ")}` : `rustup target add ${TRIPLE}`;
  throw new Stop(`Rust cannot build for ${TRIPLE} yet${failure ? ` (${failure})` : ""}: run \`${wanted}\` where that works.`);
}

/** Whether the rustc on PATH has the target ready-made. */
export async function hasWasmTarget() {
  const { code, stdout } = await run("rustc", ["--print", "target-libdir", "--target", TRIPLE], { cwd: ROOT });
  return code === 0 && existsSync(stdout.trim());
}

/** Adds rustup's target; resolves with why not, if not. */
async function addTarget() {
  if (which("rustup") === undefined) return "rustup is not installed";
  say(`Adding the Rust target ${TRIPLE}`);
  const result = await run("rustup", ["target", "add", TRIPLE], { cwd: ROOT, timeoutMs: DOWNLOAD_TIMEOUT_MS });
  if (result.code !== 0) return "rustup could not add it";
  return (await hasWasmTarget()) ? undefined : "the rustc on PATH is not rustup's";
}

/** Whether Debian's packages are there or could be installed. */
async function ensureDebian() {
  const isThere = () =>
    ["/usr/bin/cargo", "/usr/bin/rustc", DEBIAN_LINKER].every(isProgram) && existsSync(DEBIAN_LIBRARY);
  if (isThere()) return true;
  if (aptObstacle() !== undefined) return false;
  await aptInstall(DEBIAN_PACKAGES);
  return isThere();
}

async function readyMade() {
  return { cargo: "cargo", rustc: "rustc", env: { ...process.env }, buildStd: () => [], library: await rustupLibrary() };
}

async function rustupLibrary() {
  const { code, stdout } = await run("rustc", ["--print", "sysroot"], { cwd: ROOT });
  const library = join(stdout.trim(), "lib", "rustlib", "src", "rust", "library");
  if (code === 0 && !existsSync(library) && which("rustup") !== undefined) {
    say("Adding the source of Rust's standard library");
    await run("rustup", ["component", "add", "rust-src"], { cwd: ROOT, timeoutMs: DOWNLOAD_TIMEOUT_MS });
  }
  return code === 0 && existsSync(library) ? library : undefined;
}

function debian() {
  const env = {
    ...process.env,
    RUSTC_BOOTSTRAP: "1", // lets this stable compiler take -Z build-std
    RUSTC: "/usr/bin/rustc",
    RUSTDOC: "/usr/bin/rustdoc",
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: DEBIAN_LINKER,
  };
  const buildStd = (...crates) => ["-Z", `build-std=${crates.join(",")}`];
  return { cargo: "/usr/bin/cargo", rustc: env.RUSTC, env, buildStd, library: DEBIAN_LIBRARY };
}
