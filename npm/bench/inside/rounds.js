// Measuring ways beside each other: in turn, round by round, each round in another order, after rounds that do not count.
const WARM_UP = 4;

/** Resolves with the milliseconds of each way, one for each round. `rest` lets the runtime clean up between two. */
export async function inRounds(ways, rounds, { rest = pause, warmUp = Math.min(WARM_UP, rounds) } = {}) {
  const names = Object.keys(ways);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round + warmUp) % names.length];
      await rest();
      const start = performance.now();
      const { after } = await ways[name]();
      const ms = performance.now() - start;
      await after;
      if (round >= 0) samples[name].push(ms);
    }
  }
  return samples;
}

/** Lets garbage of the way before be collected, so that nobody pays for another's. */
export async function pause() {
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 5));
}
