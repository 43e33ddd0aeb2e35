// `npm test`: sets up and runs every suite. `npm test -- --only native,node:page` runs some of them. `npm run test:all` runs
// the slow tests, too: the other runtimes and the bundlers.
import { parseArgs } from "node:util";
import { build } from "./build/package.mjs";
import { ensureNodeModules } from "./setup/node-modules.mjs";
import { exitOnSignals } from "./setup/process.mjs";
import { Stop, command, say } from "./setup/report.mjs";
import { ensureWasmToolchain, requireCargo } from "./setup/rust.mjs";
import { FOR_ALL_TESTS, FOR_TESTS, ensureSystem } from "./setup/system.mjs";
import { ensureWasmBindgen } from "./setup/wasm-bindgen.mjs";
import { nodeSuites, runNodeSuite } from "./test/node-suites.mjs";
import { checks, native, wasmInChromium, wasmInNode } from "./test/rust-suites.mjs";
import { rustUsers } from "./test/rust-users.mjs";
import { summary } from "./test/totals.mjs";

const { all, only } = options();

/** Done once, when the first suite needs it; where it cannot be done, every suite that needs it fails with the reason. */
const setUp = {
  system: once(() => ensureSystem(all ? FOR_ALL_TESTS : FOR_TESTS)),
  wasm: once(async () => ({ toolchain: await ensureWasmToolchain(), wasmBindgenFolder: await ensureWasmBindgen() })),
  dist: once(async () => {
    await ensureNodeModules();
    await build();
  }),
};

const SUITES = [
  { name: "checks", needs: ["system"], run: checks },
  { name: "native", needs: ["system"], run: native },
  { name: "wasm-node", needs: ["system", "wasm"], run: wasmInNode },
  { name: "wasm-chromium", needs: ["system", "wasm"], run: wasmInChromium },
  ...(all ? [{ name: "rust-users", needs: ["system", "wasm"], run: rustUsers }] : []),
  ...nodeSuites({ slow: all }).map((suite) => ({ name: suite.name, needs: ["system", "dist"], run: () => runNodeSuite(suite) })),
];

exitOnSignals();
await command(async () => {
  requireCargo();
  const results = [];
  for (const suite of chosen()) results.push(await runSuite(suite));
  heading("Summary");
  process.stdout.write(`${summary(results)}\n`);
  process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0;
});

async function runSuite({ name, needs, run }) {
  heading(name);
  const start = performance.now();
  let result;
  try {
    let tools;
    for (const need of needs) tools = await setUp[need]();
    result = await run(tools);
  } catch (error) {
    result = { passed: 0, failed: 1, why: error instanceof Stop ? error.message : `it could not be run: ${error?.message}` };
  }
  if (result.why) say(`${name}: ${result.why}`);
  return { name, seconds: (performance.now() - start) / 1000, ...result };
}

function options() {
  try {
    return parseArgs({ options: { all: { type: "boolean" }, only: { type: "string" } } }).values;
  } catch (error) {
    say(`kling-avatar: ${error.message.split("\n", 1)[0]} Usage: npm test -- [--all] [--only native,node:page]`);
    process.exit(1);
  }
}

/** The suites that --only names, by full name or by a part of it between colons; otherwise all. */
function chosen() {
  if (only === undefined) return SUITES;
  const names = only.split(",");
  const fits = (wanted) => SUITES.filter(({ name }) => name === wanted || name.split(":").includes(wanted));
  const unknown = names.find((wanted) => fits(wanted).length === 0);
  if (unknown !== undefined) throw new Stop(`--only ${unknown} is none of ${SUITES.map(({ name }) => name).join(", ")}.`);
  const suites = SUITES.filter((suite) => names.some((wanted) => fits(wanted).includes(suite)));
  return suites;
}

function heading(name) {
  process.stdout.write(`\n== ${name} ==\n`);
}

function once(make) {
  let made;
  return () => (made ??= make());
}
