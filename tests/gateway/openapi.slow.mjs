import assert from "node:assert/strict";
import { test } from "node:test";
import { schemathesis } from "../../npm/gateway/schemathesis.mjs";

const LIMIT_MS = 240_000;

test("what the gateway answers is what docs/openapi.yaml says, to some hundreds of requests that are the same each time", async () => {
  const { code, output, unmet } = await schemathesis(["--max-examples", "10", "--generation-deterministic", "--no-color"], { timeoutMs: LIMIT_MS });
  assert.equal(code, 0, output);
  assert.deepEqual(unmet, [], "addresses at which no answer of success was met");
});
