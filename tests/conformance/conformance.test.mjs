import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../../npm/setup/paths.mjs";
import { asTests } from "./as-tests.mjs";
import { checks } from "./suite/run.js";
import { page, places } from "./table.mjs";
import { QUICK } from "./targets.mjs";

asTests(QUICK);

test("docs/conformance.md has every check in every place, passed (npm run conformance)", async () => {
  const passed = Object.keys(checks).map((name) => ({ name, ok: true }));
  const expected = page(places().map((heading) => ({ heading, results: passed })));
  assert.equal(await readFile(join(ROOT, "docs", "conformance.md"), "utf8"), expected);
});
