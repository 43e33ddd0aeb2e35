// Measuring ways beside each other: round by round, each round in another order, after rounds that do not count. What a way
// leaves, memory above all, is what the next one finds, so that no way always follows the same one.
const WARM_UP = 4;

/** Resolves with the milliseconds of each way, one for each round. `rest` lets the runtime clean up between two. */
export async function inRounds(ways, rounds, { rest = pause, warmUp = Math.min(WARM_UP, rounds) } = {}) {
  const names = Object.keys(ways);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  const random = randomNumbers();
  for (let round = -warmUp; round < rounds; round++) {
    for (const name of shuffled(names, random)) {
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

/** The same numbers in each run (Park and Miller), from 0 to 1. */
function randomNumbers() {
  let state = 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

function shuffled(names, random) {
  return names.map((name) => ({ name, place: random() })).sort((a, b) => a.place - b.place).map(({ name }) => name);
}

/** Lets garbage of the way before be collected, so that nobody pays for another's. */
export async function pause() {
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 5));
}
