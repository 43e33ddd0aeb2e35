// What users of the crate meet: an example of theirs, its documentation, and the crate as it would be published.
import { join } from "node:path";
import { ROOT, TARGET } from "../setup/paths.mjs";
import { run } from "../setup/process.mjs";
import { say } from "../setup/report.mjs";

const LIMIT_MS = 10 * 60_000;
const EXAMPLE = ["--manifest-path", join("examples", "rust", "Cargo.toml")];
const WASM = ["--target", "wasm32-unknown-unknown"];
const PUBLISHED = /^(src\/[a-z0-9_/]+\.rs|Cargo\.(toml|toml\.orig|lock)|\.cargo_vcs_info\.json|README\.md|CHANGELOG\.md|LICENSE-(MIT|APACHE))$/;

/** Each step counts as one test. */
export async function rustUsers({ toolchain }) {
  const { cargo, env, buildStd } = toolchain;
  const std = buildStd("std", "panic_abort");
  const apart = { ...env, CARGO_TARGET_DIR: join(TARGET, "rust-users") };
  const strict = { RUSTDOCFLAGS: "-D warnings" };
  const steps = [
    ["the example's test", () => run("cargo", ["test", ...EXAMPLE], options({ ...process.env, CARGO_TARGET_DIR: apart.CARGO_TARGET_DIR }))],
    ["the example for the web", () => run(cargo, ["check", ...EXAMPLE, ...WASM, ...std], options(apart))],
    ["cargo doc", () => run("cargo", ["doc", "--no-deps"], options({ ...process.env, ...strict }))],
    ["cargo doc for the web", () => run(cargo, ["doc", "--no-deps", ...WASM, ...std], options({ ...apart, ...strict }))],
    ["what is published", published],
  ];
  const totals = { passed: 0, failed: 0 };
  for (const [name, step] of steps) {
    const { code, output } = await step();
    say(`${code === 0 ? "✔" : "✖"} ${name}`);
    if (code !== 0) say(output.trimEnd());
    totals[code === 0 ? "passed" : "failed"] += 1;
  }
  return totals;
}

/** The sources and the papers, and nothing else; made without a warning. */
async function published() {
  const result = await run("cargo", ["package", "--no-verify", "--allow-dirty", "--list"], options(process.env));
  const strange = result.stdout.trim().split("\n").filter((file) => !PUBLISHED.test(file));
  const clean = result.code === 0 && strange.length === 0 && !result.output.includes("warning:");
  return { code: clean ? 0 : 1, output: strange.length > 0 ? `It would hold ${strange.join(", ")}` : result.output };
}

function options(env) {
  return { cwd: ROOT, env, timeoutMs: LIMIT_MS };
}
