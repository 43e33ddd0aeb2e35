import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../../npm/setup/paths.mjs";

let bin;

before(async () => {
  bin = await mkdtemp(join(tmpdir(), "kling-avatar-bin-"));
});
after(() => rm(bin, { recursive: true }));

/** Puts a program on the PATH of the commands below. */
async function program(name, script) {
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, name), 0o755);
}

/** Runs a function of the set-up as a command does, with nothing on PATH but the programs above. */
function runAsCommand(body, env = {}) {
  const source = `
    import { command } from ${JSON.stringify(join(ROOT, "npm/setup/report.mjs"))};
    await command(async () => { ${body.replace(/setup\/[a-z-]+\.mjs/g, (file) => join(ROOT, "npm", file))} });`;
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", source], { env: { PATH: bin, HOME: bin, ...env } });
    let text = "";
    child.stdout.on("data", (chunk) => (text += chunk));
    child.stderr.on("data", (chunk) => (text += chunk));
    child.on("close", (code) => resolve({ code, lines: text.trimEnd().split("\n") }));
  });
}

test("no Rust: one line, exit code 1", async () => {
  const { code, lines } = await runAsCommand(`const { requireCargo } = await import("setup/rust.mjs"); requireCargo();`);
  assert.equal(code, 1);
  assert.deepEqual(lines, ["kling-avatar: Rust is missing: install it from https://rustup.rs and run this again."]);
});

test("a target that cannot be had: says what to run", async () => {
  await program("cargo", "exit 0");
  await program("rustc", "echo /nowhere");
  await program("rustup", "echo 'error: could not download file' >&2; exit 1");
  const body = `const { ensureWasmToolchain } = await import("setup/rust.mjs"); await ensureWasmToolchain();`;
  const failed = await runAsCommand(body, { KLING_AVATAR_WASM_TOOLCHAIN: "rustup" });
  assert.equal(failed.code, 1);
  assert.match(failed.lines.at(-1), /^kling-avatar: Rust cannot build for wasm32-unknown-unknown yet .*rustup target add/);
  const wrong = await runAsCommand(body, { KLING_AVATAR_WASM_TOOLCHAIN: "gcc" });
  assert.deepEqual([wrong.code, wrong.lines.length], [1, 1]);
});

test("a missing system package: says what to install where that cannot be done", async () => {
  const { code, lines } = await runAsCommand(
    `const { ensureSystem } = await import("setup/system.mjs"); await ensureSystem(["ffmpeg", "espeak-ng"]);`,
  );
  assert.equal(code, 1);
  assert.equal(lines.length, 1);
  assert.match(lines[0], /^kling-avatar: ffmpeg, espeak-ng are missing \(.*\): (install ffmpeg espeak-ng|run `brew install)/);
});

test("a program that fails for a usual reason: that reason in one line", async () => {
  const cases = [
    ["write error: No space left on device", "the disk is full"],
    ["npm error code ENOTFOUND", "the network or a package registry cannot be reached"],
    ["mkdir: cannot create directory: Permission denied", "permission is missing"],
  ];
  for (const [output, reason] of cases) {
    await program("fails", `echo '${output}' >&2; exit 1`);
    const { code, lines } = await runAsCommand(
      `const { must } = await import("setup/process.mjs"); await must("Working", "fails", []);`,
    );
    assert.deepEqual({ code, lines }, { code: 1, lines: [`kling-avatar: Working failed: ${reason}.`] });
  }
});

test("a program that fails otherwise: its own output, then one line", async () => {
  await program("fails", "echo 'error[E0308]: mismatched types' >&2; exit 101");
  const { code, lines } = await runAsCommand(
    `const { must } = await import("setup/process.mjs"); await must("Compiling", "fails", []);`,
  );
  assert.equal(code, 1);
  assert.deepEqual(lines, ["error[E0308]: mismatched types", "kling-avatar: Compiling failed: exit code 101, see above."]);
});
