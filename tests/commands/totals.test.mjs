import assert from "node:assert/strict";
import { test } from "node:test";
import { cargoTotals, nodeTotals, summary, verdict } from "../../npm/test/totals.mjs";

test("adds up every test binary that cargo ran", () => {
  const output = `
test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
\x1b[31mtest result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\x1b[0m
`;
  assert.deepEqual(cargoTotals(output), { passed: 15, failed: 3 });
});

test("reads both of Node's formats", () => {
  const counts = (sign) => ["pass 7", "fail 1", "cancelled 1", "skipped 2", "todo 0"].map((line) => `${sign} ${line}`).join("\n");
  for (const sign of ["ℹ", "#"]) assert.deepEqual(nodeTotals(`${counts(sign)}\n`), { passed: 7, failed: 4 });
});

test("counts a suite that crashed, printed nothing or ran nothing as failed", () => {
  assert.deepEqual(verdict(nodeTotals(""), 0), { passed: 0, failed: 1, why: "it ran no test" });
  assert.deepEqual(verdict({ passed: 0, failed: 0 }, 101), { passed: 0, failed: 1, why: "its process ended with exit code 101" });
  assert.deepEqual(verdict({ passed: 5, failed: 0 }, 1), { passed: 5, failed: 1, why: "its process ended with exit code 1" });
  assert.deepEqual(verdict({ passed: 5, failed: 2 }, 1), { passed: 5, failed: 2 });
  assert.deepEqual(verdict({ passed: 5, failed: 0 }, 0), { passed: 5, failed: 0 });
});

test("ends with the sum over all suites", () => {
  const lines = summary([
    { name: "native", passed: 40, failed: 0, seconds: 3 },
    { name: "page", passed: 1, failed: 1, seconds: 60, why: "it ran no test" },
  ]).split("\n");
  assert.equal(lines.at(-1), "41 passed, 1 failed");
  assert.match(lines[1], /^page .* it ran no test$/);
});
