// The suites that cargo runs: checks, native tests, and WebAssembly tests in Node and in Chromium.
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILD, ROOT } from "../setup/paths.mjs";
import { run } from "../setup/process.mjs";
import { say } from "../setup/report.mjs";
import { hasWasmTarget } from "../setup/rust.mjs";
import { filesIn } from "../setup/stamp.mjs";
import { chromedriverPath, chromiumPath } from "../setup/system.mjs";
import { cargoTotals, verdict } from "./totals.mjs";

const TRIPLE = "wasm32-unknown-unknown";
const LIMIT_MS = 15 * 60_000;
const CHROMIUM_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
CHROMIUM_FLAGS.push("--disable-background-networking", "--disable-component-update", "--disable-sync");

/** Formatting and lints, each counted as one test; those whose tool is not installed are left out. */
export async function checks() {
  const builds = [[], ["--features", "npm"], ["--features", "npm-server"]]; // what Rust users, pages and servers have
  const list = [["fmt", "--check"], ["clippy", "--all-targets", "--", "-D", "warnings"]];
  if (await hasWasmTarget()) {
    for (const build of builds) list.push(["clippy", "--target", TRIPLE, ...build, "--", "-D", "warnings"]);
  }
  const totals = { passed: 0, failed: 0 };
  for (const args of list) {
    if ((await run("cargo", [args[0], "--version"], { cwd: ROOT })).code !== 0) {
      say(`cargo ${args[0]} is not installed and left out.`);
      continue;
    }
    say(`cargo ${args.join(" ")}`);
    const { code } = await run("cargo", args, { cwd: ROOT, stream: true, timeoutMs: LIMIT_MS });
    totals[code === 0 ? "passed" : "failed"] += 1;
  }
  return totals;
}

export async function native() {
  const { code, output } = await run("cargo", ["test", "--no-fail-fast"], { cwd: ROOT, stream: true, timeoutMs: LIMIT_MS });
  return verdict(cargoTotals(output), code);
}

export function wasmInNode(tools) {
  return wasmTests(tools, { WASM_BINDGEN_TEST_ONLY_NODE: "1" });
}

export function wasmInChromium(tools) {
  const capabilities = { "goog:chromeOptions": { binary: chromiumPath(), args: CHROMIUM_FLAGS } };
  const file = join(BUILD, "webdriver.json");
  mkdirSync(BUILD, { recursive: true });
  writeFileSync(file, JSON.stringify(capabilities));
  return wasmTests(tools, {
    WASM_BINDGEN_USE_BROWSER: "1",
    WASM_BINDGEN_TEST_ONLY_WEB: "1",
    WASM_BINDGEN_TEST_TIMEOUT: "120",
    WASM_BINDGEN_TEST_DRIVER_TIMEOUT: "60",
    WASM_BINDGEN_TEST_WEBDRIVER_JSON: file,
    CHROMEDRIVER: chromedriverPath(),
  });
}

async function wasmTests({ toolchain, wasmBindgenFolder }, mode) {
  const runner = join(wasmBindgenFolder, "wasm-bindgen-test-runner");
  const args = ["test", "--no-fail-fast", "--target", TRIPLE, "--features", "npm-server", ...wasmTargets()];
  args.push("--config", `target.${TRIPLE}.runner=[${JSON.stringify(runner)}]`);
  args.push(...toolchain.buildStd("std", "panic_abort", "test"));
  const env = { ...toolchain.env, ...mode };
  const { code, output } = await run(toolchain.cargo, args, { cwd: ROOT, env, stream: true, timeoutMs: LIMIT_MS });
  return verdict(cargoTotals(output), code);
}

/** The crate itself and the test crates that hold WebAssembly tests; the others need not compile for it. */
function wasmTargets() {
  const hasTests = (path) => filesIn(path).some((file) => readFileSync(join(ROOT, file), "utf8").includes("wasm_bindgen_test"));
  const targets = hasTests("src") ? ["--lib"] : [];
  for (const name of readdirSync(join(ROOT, "tests"))) {
    const path = join("tests", name);
    const isFolder = statSync(join(ROOT, path)).isDirectory();
    const isCrate = isFolder ? existsSync(join(ROOT, path, "main.rs")) : name.endsWith(".rs");
    if (isCrate && hasTests(path)) targets.push("--test", name.replace(/\.rs$/, ""));
  }
  return targets;
}
