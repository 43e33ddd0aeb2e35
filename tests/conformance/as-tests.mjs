// The suite as tests: each check in each place of each runtime is one.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startStand } from "./stand.mjs";
import { checks } from "./suite/run.js";
import { title } from "./targets.mjs";

export function asTests(targets, prepare = async () => {}) {
  let stand;
  before(async () => {
    await prepare();
    stand = await startStand();
  });
  after(() => stand?.close());
  for (const [name, { run, places }] of Object.entries(targets)) {
    let running;
    for (const place of places) {
      describe(title(name, place), () => {
        for (const check of Object.keys(checks)) {
          test(check, async () => {
            running ??= run(stand);
            const result = (await running)[place].find((each) => each.name === check);
            assert.ok(result?.ok, result?.why ?? "it was not run");
          });
        }
      });
    }
  }
}
