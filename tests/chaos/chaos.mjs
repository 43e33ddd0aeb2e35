// `npm run chaos -- --seed S --runs N`: random faults at every step, each run checked against the sandbox's ledger.
// `--only I` repeats one run of a seed.
import { parseArgs } from "node:util";
import { chaos } from "./harness.mjs";

const { values } = parseArgs({
  options: { seed: { type: "string" }, runs: { type: "string", default: "300" }, only: { type: "string" }, parallel: { type: "string", default: "40" } },
});
const seed = values.seed ?? String(Date.now());
const only = values.only === undefined ? undefined : Number(values.only);
const began = performance.now();
const result = await chaos({ seed, runs: Number(values.runs), only, parallel: Number(values.parallel), onProgress: (done) => process.stderr.isTTY && process.stderr.write(`\r${done} runs `) });

for (const { index, scenario, violations, outcomes } of result.violations) {
  console.log(`run ${index} (${scenario}; ended in ${outcomes}):\n  ${violations.join("\n  ")}\n  npm run chaos -- --seed ${seed} --only ${index}`);
}
const sorted = (/** @type {Map<string, number>} */ counts) => [...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name} ${count}`).join(", ");
console.log(`seed ${seed}: ${result.runs} runs, ${result.charges} tasks charged, ${result.violations.length} violations, ${((performance.now() - began) / 1000).toFixed(0)} s`);
console.log(`scenarios: ${sorted(result.scenarios)}\ncalls ended in: ${sorted(result.outcomes)}\nfaults that struck: ${result.faults}`);
process.exitCode = result.violations.length > 0 ? 1 : 0;
