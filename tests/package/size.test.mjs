// What a page downloads stays within npm/size-budget.json.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sizes } from "../../npm/size.mjs";

for (const { name, brotli, limit } of sizes()) {
  test(`${name}: brotli bytes are within the budget`, () => {
    assert.ok(brotli <= limit, `${brotli} of ${limit} bytes`);
  });
}
