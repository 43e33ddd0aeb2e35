import assert from "node:assert/strict";
import { test } from "node:test";
import { createFiles } from "./files.mjs";
import { inProcess } from "./in-process.mjs";
import { CREATE_PATH } from "./routes.mjs";

/** Advances the clock until the promise is settled, and tells by how much. @template T @param {ReturnType<typeof inProcess>} sandbox @param {Promise<T>} promise */
async function timed({ clock }, promise) {
  let settled = false;
  void promise.finally(() => { settled = true; });
  const startMs = clock.now();
  while (!settled) {
    await new Promise(setImmediate);
    if (clock.pending()) await clock.advance(10);
  }
  return { value: await promise, ms: clock.now() - startMs };
}

test("uploads are read as slowly as asked", async () => {
  const sandbox = inProcess({ options: { uploadBytesPerSecond: 10_000 } });
  const { ms } = await timed(sandbox, sandbox.post(CREATE_PATH, { image: "A".repeat(40_000) }));
  assert.ok(ms > 3_900 && ms < 4_500, `${ms} ms`);
});

test("files are sent as slowly as asked, whole and in ranges", async () => {
  const sandbox = inProcess({ options: { downloadBytesPerSecond: 50_000 } });
  const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at & 255);
  sandbox.api.files.put("x.mp4", { bytes, type: "video/mp4" });
  const response = await sandbox.request("/files/x.mp4");
  assert.equal(response.headers.get("content-length"), "100000");
  const { value, ms } = await timed(sandbox, response.arrayBuffer());
  assert.deepEqual(new Uint8Array(value), bytes);
  assert.ok(ms > 1_900 && ms < 2_300, `${ms} ms`);
  const part = await sandbox.request("/files/x.mp4", { headers: { range: "bytes=5-9" } });
  assert.deepEqual([part.status, (await timed(sandbox, part.arrayBuffer())).value.byteLength], [206, 5]);
});

test("of too many files the oldest go; bytes with several names count once", () => {
  const files = createFiles(100);
  const [a, b] = [new Uint8Array(60), new Uint8Array(50)];
  const put = (/** @type {string} */ name, /** @type {Uint8Array} */ bytes) => files.put(name, { bytes, type: "x/y" });
  for (const name of ["1", "2", "3"]) put(name, a);
  assert.ok(files.get("1") && files.get("3"));
  put("4", b);
  assert.deepEqual(["1", "2", "3", "4"].map((name) => Boolean(files.get(name))), [false, false, false, true]);
  put("4", a);
  put("5", new Uint8Array(500));
  assert.deepEqual([files.get("4"), files.get("5")?.bytes.length], [undefined, 500]);
});
