// The module of a page may come late, broken or not at all.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { AvatarClient, init } from "../../dist/slim.js";
import { openTimers } from "./globals.mjs";

const bytes = await readFile(new URL("../../dist/kling_avatar_bg.wasm", import.meta.url));
const client = new AvatarClient({ apiKey: "sk-1", baseUrl: "http://127.0.0.1:9", retry: { maxAttempts: 1 } });
/** Not that of the stand, which brings a module along. */
const failure = (promise) => promise.then(() => assert.fail("it did not fail"), (error) => error);
const wasm = { headers: { "content-type": "application/wasm" } };
const cut = () => new ReadableStream({
  start: (stream) => stream.enqueue(bytes.subarray(0, 50_000)),
  pull: (stream) => stream.error(new TypeError("network error")),
});

test("a module that does not come, or breaks off, may come later; one that is not there has to be put there", async () => {
  for (const [given, code, retryable] of [
    [() => Promise.reject(new TypeError("Failed to fetch")), "network", true],
    [() => new Response("<html>", { status: 503, headers: { "content-type": "text/html" } }), "network", true],
    [() => new Response(cut(), wasm), "network", true],
    [() => new Response("", { status: 404 }), "configuration", false],
    [() => new Response("no module", wasm), "configuration", false],
  ]) {
    init(given());
    const error = await failure(client.getTask("t"));
    assert.deepEqual([error.code, error.retryable], [code, retryable], error.message);
  }
});

test("the time allowed for a call counts while the module is loaded", async () => {
  let arrive;
  init(new Promise((resolve) => (arrive = resolve)));
  const late = await failure(client.getTask("t", { timeoutMs: 20 }));
  assert.deepEqual([late.code, late.retryable], ["timeout", true]);
  const waits = failure(client.getTask("t", { timeoutMs: 60_000 }));
  arrive(bytes);
  assert.equal((await waits).code, "network");
  assert.equal(openTimers(), 0);
});
