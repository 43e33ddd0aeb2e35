import assert from "node:assert/strict";
import { test } from "node:test";
import { chaos } from "./harness.mjs";
import { Outputs } from "./outputs.mjs";

const SEED = process.env.CHAOS_SEED ?? "1";

test("300 random runs: nothing is paid twice, nothing paid is lost, nothing hangs, nothing leaks", async () => {
  const { runs, charges, faults, violations } = await chaos({ seed: SEED, runs: 300 });
  const told = violations.map(({ index, violations: list }) => `npm run chaos -- --seed ${SEED} --only ${index}: ${list.join("; ")}`);
  assert.deepEqual(told, []);
  assert.equal(runs, 300);
  assert.ok(charges > 150 && faults > 300, `${charges} charges, ${faults} faults`);
});

test("a secret is found wherever an error may hide it", () => {
  const hide = [
    new Error("the sk-secret"),
    new Error("x", { cause: new Error("sk-secret") }),
    Object.assign(new Error("x"), { headers: { authorization: "Bearer sk-secret" } }),
    Object.defineProperty(new Error("x"), "hidden", { value: ["sk-secret"], enumerable: false }),
  ];
  for (const error of hide) {
    const outputs = new Outputs(["sk-secret"]);
    outputs.addError("call", error);
    assert.equal(outputs.leaks().length, 1);
  }
});
