// `npm run conformance [-- --only Node,Deno]`: runs the suite everywhere, prints the matrix of runtime by check, and writes
// it as Markdown to build/conformance.md.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BUILD } from "../../npm/setup/paths.mjs";
import { exitOnSignals } from "../../npm/setup/process.mjs";
import { command, say } from "../../npm/setup/report.mjs";
import { FOR_ALL_TESTS, ensureSystem } from "../../npm/setup/system.mjs";
import { installRuntimes, startStand } from "./stand.mjs";
import { checks } from "./suite/run.js";
import { QUICK, SLOW, title } from "./targets.mjs";

exitOnSignals();
await command(async () => {
  const { only } = parseArgs({ options: { only: { type: "string" } } }).values;
  const targets = Object.entries({ ...QUICK, ...SLOW }).filter(([name]) => only === undefined || only.split(",").includes(name));
  await ensureSystem(FOR_ALL_TESTS);
  await installRuntimes();
  const stand = await startStand();
  const columns = [];
  try {
    for (const [name, target] of targets) columns.push(...(await column(name, target, stand)));
  } finally {
    await stand.close();
  }
  const table = markdown(columns);
  mkdirSync(BUILD, { recursive: true });
  writeFileSync(join(BUILD, "conformance.md"), table);
  process.stdout.write(table);
  for (const { heading, results } of columns) {
    for (const { name, why } of results.filter(({ ok }) => !ok)) say(`${heading}: ${name}: ${why}`);
  }
  process.exitCode = columns.some(({ results }) => results.some(({ ok }) => !ok)) ? 1 : 0;
});

async function column(name, { run, places }, stand) {
  say(`Running in ${name}`);
  const lost = (error) => Object.fromEntries(places.map((place) => [place, [{ name: "the whole", ok: false, why: error.message }]]));
  const found = await run(stand).catch(lost);
  return places.map((place) => ({ heading: title(name, place), results: found[place] }));
}

function markdown(columns) {
  const row = (cells) => `| ${cells.join(" | ")} |\n`;
  const mark = (results, check) => ({ true: "✓", false: "✗" })[results.find(({ name }) => name === check)?.ok] ?? "–";
  const seconds = (results) => `${(results.reduce((total, { ms = 0 }) => total + ms, 0) / 1000).toFixed(1)} s`;
  return [
    row(["", ...columns.map(({ heading }) => heading)]),
    row(["---", ...columns.map(() => ":-:")]),
    ...Object.keys(checks).map((check) => row([check, ...columns.map(({ results }) => mark(results, check))])),
    row(["passed", ...columns.map(({ results }) => `${results.filter(({ ok }) => ok).length}/${Object.keys(checks).length}`)]),
    row(["time", ...columns.map(({ results }) => seconds(results))]),
  ].join("");
}
