// The examples, run from the packed package by the programs and on the adapters that they name.
import assert from "node:assert/strict";
import { cp, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../../npm/setup/paths.mjs";
import { run } from "../../npm/setup/process.mjs";
import { ensureTools } from "../../npm/setup/tools.mjs";
import { bunProgram, denoProgram } from "../conformance/runtimes/programs.mjs";
import { installRuntimes } from "../conformance/stand.mjs";
import { installTarball } from "../package/tarball.mjs";
import { environment, mainPaths, startProgram, startService } from "./main-paths.mjs";

const PLATFORMS = join(import.meta.dirname, "platforms");
const LIMIT_MS = 120_000;

let sandbox;
let installed;
let tools;

before(async () => {
  tools = await ensureTools(PLATFORMS);
  await installRuntimes();
  sandbox = await startService();
  installed = await installTarball();
  const { project } = installed;
  await cp(join(ROOT, "examples"), join(project, "examples"), { recursive: true });
  await mkdir(join(project, "node_modules", "@hono"));
  for (const name of ["hono", "@hono/node-server", "srvx"]) {
    await symlink(join(PLATFORMS, "node_modules", name), join(project, "node_modules", name));
  }
});
after(async () => {
  await sandbox?.close();
  await installed?.remove();
});

const DENO = ["run", "--unstable-kv", "--allow-net", "--allow-env", "--allow-read", "--no-lock"];
const PROGRAMS = {
  "Node on srvx": () => [process.execPath, "examples/node/srvx.mjs"],
  "Hono on @hono/node-server": () => [process.execPath, "examples/hono/server.mjs"],
  "Deno, in its key-value store": () => [denoProgram(), ...DENO, "examples/deno/main.js"],
  "Bun, in SQLite": () => [bunProgram(), "examples/bun/server.js"],
};

for (const [name, program] of Object.entries(PROGRAMS)) {
  test(`the example of ${name}: main paths`, async () => {
    const [file, ...args] = program();
    const env = { ...environment(sandbox), PORT: "0", KV_PATH: ":memory:", DATABASE: ":memory:", DENO_NO_UPDATE_CHECK: "1" };
    const { url, stop } = await startProgram(file, args, { cwd: installed.project, env });
    try {
      await mainPaths(url, sandbox);
    } finally {
      stop();
    }
  });
}

test("the wrangler project: it is bundled for deployment, and runs with wrangler dev: main paths", async () => {
  const cwd = join(installed.project, "examples", "workers");
  const wrangler = join(tools, "wrangler");
  const env = { CI: "1", WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: join(cwd, "logs"), XDG_CONFIG_HOME: join(cwd, "config"), NO_COLOR: "1" };
  const dry = await run(wrangler, ["deploy", "--dry-run", "--outdir", "out"], { cwd, env: { ...process.env, ...env }, timeoutMs: LIMIT_MS });
  assert.equal(dry.code, 0, dry.output);
  assert.match(dry.output, /env\.LEDGER \(AvatarLedger\)/);
  assert.equal((await readdir(join(cwd, "out"))).filter((name) => name.endsWith(".wasm")).length, 1);

  const variables = Object.entries({ ...environment(sandbox), PUBLIC_URL: "" }).map(([name, value]) => `${name}="${value}"\n`);
  await writeFile(join(cwd, ".dev.vars"), variables.join(""));
  const { url, stop } = await startProgram(wrangler, ["dev", "--local", "--ip", "127.0.0.1", "--port", "0"], { cwd, env });
  try {
    await mainPaths(new URL("/avatar", url).href, sandbox);
  } finally {
    stop();
  }
});
