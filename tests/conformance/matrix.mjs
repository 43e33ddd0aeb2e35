// `npm run conformance [-- --only Node,Deno]`: runs the suite everywhere, prints the matrix of runtime by check, and writes
// it to docs/conformance.md where nothing was left out.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../../npm/setup/paths.mjs";
import { exitOnSignals } from "../../npm/setup/process.mjs";
import { command, say } from "../../npm/setup/report.mjs";
import { FOR_ALL_TESTS, ensureSystem } from "../../npm/setup/system.mjs";
import { installRuntimes, startStand } from "./stand.mjs";
import { page, table } from "./table.mjs";
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
  if (only === undefined) writeFileSync(join(ROOT, "docs", "conformance.md"), page(columns));
  process.stdout.write(table(columns));
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
