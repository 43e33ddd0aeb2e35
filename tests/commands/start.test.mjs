import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { ROOT } from "../../npm/setup/paths.mjs";

function start(...args) {
  const child = spawn(process.execPath, ["npm/start.mjs", ...args], { cwd: ROOT });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].on("data", (chunk) => (text[name] += chunk));
  return { child, text, ended: once(child, "close").then(([code]) => code) };
}

async function until(condition) {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const value = condition();
    if (value) return value;
  }
  throw new Error("it took too long");
}

for (const signal of ["SIGINT", "SIGTERM"]) {
  test(`brings the page and the sandbox up, and down again on ${signal}`, async (t) => {
    const { child, text, ended } = start("--port", "0", "--sandbox-port", "0");
    t.after(() => child.kill("SIGKILL"));
    const url = await until(() => /^Open (\S+) \(Ctrl-C stops\)\n$/.exec(text.stdout)?.[1]);
    assert.equal((await fetch(url)).status, 200);
    assert.equal((await fetch(new URL("kling-avatar/kling_avatar_bg.wasm", url))).headers.get("content-type"), "application/wasm");
    const { sandboxUrl } = await (await fetch(new URL("config.json", url))).json();
    assert.equal((await fetch(new URL("_sandbox/ledger", `${sandboxUrl}/`))).status, 200);
    child.kill(signal);
    assert.equal(await ended, 0);
    await assert.rejects(fetch(url));
    await assert.rejects(fetch(sandboxUrl));
  });
}

test("a port in use: one line, exit code 1", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  const { port } = other.address();
  for (const [option, what] of [["--port", "the page"], ["--sandbox-port", "the sandbox"]]) {
    const free = option === "--port" ? "--sandbox-port" : "--port";
    const { text, ended } = start(option, String(port), free, "0");
    assert.equal(await ended, 1);
    assert.deepEqual(text, {
      stdout: "",
      stderr: `kling-avatar: Port ${port} for ${what} is in use: stop the program that has it, or choose another port.\n`,
    });
  }
});

test("an option that makes no sense: one line, exit code 1", async () => {
  for (const args of [["--prot", "1"], ["--port", "many"], ["--port", "70000"], ["--speed", "0"]]) {
    const { text, ended } = start(...args);
    assert.equal(await ended, 1, args.join(" "));
    assert.match(text.stderr, /^kling-avatar: .*\n$/);
  }
});
