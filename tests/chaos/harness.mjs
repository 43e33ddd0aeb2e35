// Many runs at a time against a dozen sandboxes that offer different things.
import { startSandbox } from "../sandbox/server.mjs";
import { services } from "./plan.mjs";
import { runOnce } from "./run.mjs";

const SERVICES = 16;
const VIDEO = new Uint8Array(5000).fill(7);
const SOUND = { type: "audio/wav", extension: "wav", seconds: 3 };

/**
 * @param {object} options
 * @param {string} options.seed @param {number} options.runs @param {number} [options.only] one run alone
 * @param {number} [options.parallel] @param {(done: number) => void} [options.onProgress]
 */
export async function chaos({ seed, runs, only, parallel = 40, onProgress }) {
  const started = await Promise.all(services(seed, SERVICES).map(async (options, at) => ({
    options,
    sandbox: await startSandbox({
      seed: `${seed}/${at}`, options,
      makeVideo: async () => ({ bytes: VIDEO, durationSeconds: 2.1 }),
      speech: async () => ({ bytes: VIDEO, ...SOUND }),
    }),
  })));
  const result = { runs: 0, charges: 0, faults: 0, violations: [], scenarios: new Map(), outcomes: new Map() };
  const count = (counts, name) => counts.set(name, (counts.get(name) ?? 0) + 1);
  let next = 0;
  const indices = only === undefined ? { has: () => next < runs, take: () => next++ } : { has: () => next === 0, take: () => (next++, only) };
  const work = async () => {
    while (indices.has()) {
      const index = indices.take();
      const { violations, scenario, outcomes, charges } = await runOnce(seed, index, started);
      result.runs++;
      result.charges += charges;
      count(result.scenarios, scenario);
      for (const outcome of outcomes) count(result.outcomes, outcome);
      if (violations.length > 0) result.violations.push({ index, scenario, violations, outcomes });
      if (result.runs % 100 === 0) onProgress?.(result.runs);
    }
  };
  try {
    await Promise.all(Array.from({ length: only === undefined ? parallel : 1 }, work));
  } finally {
    result.faults = started.reduce((sum, { sandbox }) => sum + sandbox.ledger.faults.length, 0);
    await Promise.all(started.map(({ sandbox }) => sandbox.close()));
  }
  return result;
}
