// Whatever is given instead of a file ends in an AvatarError with a code, and the client works on afterwards.
import assert from "node:assert/strict";
import { openAsBlob } from "node:fs";
import { copyFile, mkdtemp, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AvatarClient, AvatarError, validate } from "kling-avatar";
import { startSandbox } from "../sandbox/server.mjs";

const samples = join(import.meta.dirname, "..", "..", "www", "samples");
const prompt = "A woman speaks";
let sandbox, client, image, soundFile;

before(async () => {
  sandbox = await startSandbox({ port: 0, speed: 1000, options: { concurrency: 100 } });
  client = new AvatarClient({ apiKey: "sk-sandbox-demo", baseUrl: sandbox.url, poll: { minIntervalMs: 1, maxIntervalMs: 20 } });
  image = await openAsBlob(join(samples, "portrait.jpg"));
  soundFile = await openAsBlob(join(samples, "voice.mp3"));
});
after(() => sandbox.close());

/** Fails with the problems that the input has, and creates nothing. */
async function problemsOf(input) {
  const error = await client.createTask(input).then(
    () => assert.fail("the input was taken"),
    (rejected) => rejected,
  );
  assert.ok(error instanceof AvatarError, String(error));
  assert.equal(error.code, "invalid_input");
  assert.equal(error.retryable, false);
  assert.equal(sandbox.ledger.read().totals.tasks, 0);
  const { ok, problems } = await validate(input);
  assert.equal(ok, false);
  assert.deepEqual(problems, error.problems, "validate and createTask agree");
  return problems.map(({ field, code }) => `${field} ${code}`);
}

const throwing = () => new Proxy({}, { get: () => { throw new Error("no"); }, getPrototypeOf: () => { throw new Error("no"); } });
const detached = () => {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
};
const detachedView = () => {
  const view = new Uint8Array(8);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
};
const huge = { size: 2 ** 31, slice: (from, to) => new Blob([new Uint8Array(to - from)]), arrayBuffer() {} };
const unreadable = { size: 4096, slice: () => unreadable, arrayBuffer: () => Promise.reject(new Error("NotReadableError")) };

const images = [
  ["nothing", undefined, "missing"],
  ["null", null, "missing"],
  ["a number", 7, "unsupported_type"],
  ["a boolean", false, "unsupported_type"],
  ["a symbol", Symbol("x"), "unsupported_type"],
  ["a function", () => {}, "unsupported_type"],
  ["an object", {}, "unsupported_type"],
  ["a list of files", [new Blob(["x"])], "unsupported_type"],
  ["a Proxy that throws", throwing(), "unsupported_type"],
  ["an empty Blob", new Blob([]), "empty"],
  ["an empty buffer", new ArrayBuffer(0), "empty"],
  ["empty text", "", "empty"],
  ["a detached buffer", detached(), "corrupt", "empty"],
  ["a view of a detached buffer", detachedView(), "corrupt", "empty"],
  ["a folder or a file that has vanished", unreadable, "corrupt"],
  ["text named as an image", new File(["hello, hello, hello"], "photo.jpg", { type: "image/jpeg" }), "unsupported_format"],
  ["text as Base64", "hello world!", "invalid_base64"],
  ["Base64 with the wrong padding", "abcde=", "invalid_base64"],
  ["Base64 of text", btoa("hello, hello, hello"), "unsupported_format"],
  ["another scheme", "ftp://example.com/a.jpg", "invalid_url"],
  ["a URL object of another scheme", new URL("blob:https://example.com/1"), "invalid_url"],
  ["a URL without host", "https:///a.jpg", "invalid_url"],
  ["a data URL without contents", "data:image/png", "invalid_url"],
  ["an empty data URL", "data:,", "empty"],
  ["a data URL of wrong Base64", "data:image/png;base64,***", "invalid_base64"],
];

for (const [name, value, ...codes] of images) {
  test(`an image that is ${name}`, async () => {
    const [problem, ...others] = await problemsOf({ image: value, soundFile, prompt });
    assert.deepEqual(others, []);
    assert.ok(codes.some((code) => problem === `image ${code}`), problem);
  });
}

test("a file of 2 GB is refused for its size without being read", async () => {
  assert.ok((await problemsOf({ image, soundFile: huge, prompt })).includes("soundFile too_large"));
  assert.ok((await problemsOf({ image: huge, soundFile, prompt })).includes("image too_large"));
});

test("null for everything names what is missing, all at once", async () => {
  const nothing = { image: null, soundFile: null, audioId: null, prompt: null, mode: null, callbackUrl: null, externalTaskId: null, extra: null };
  const expected = ["image missing", "soundFile missing", "prompt missing"];
  for (const input of [nothing, {}, null, undefined, 7, "text"]) assert.deepEqual(await problemsOf(input), expected);
});

test("every wrong field is named at once", async () => {
  const found = await problemsOf({
    image: new Blob([]), soundFile: "https://", audioId: "a", prompt: "x".repeat(2501), mode: "best", callbackUrl: "javascript:1",
    externalTaskId: "..", extra: { mode: "pro" },
  });
  assert.deepEqual(found, [
    "image empty", "soundFile invalid_url", "audioId conflict", "prompt too_long", "mode invalid_value", "callbackUrl invalid_url",
    "externalTaskId invalid_value", "extra conflict",
  ]);
});

test("an input whose every property throws is refused field by field", async () => {
  const found = await problemsOf(throwing());
  assert.ok(found.includes("image unsupported_type") && found.includes("prompt unsupported_type"), String(found));
});

test("a file that shrinks between the check and the upload", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "kling-avatar-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "portrait.jpg");
  await copyFile(join(samples, "portrait.jpg"), path);
  const shrinking = await openAsBlob(path);
  await truncate(path, 100);
  assert.deepEqual(await problemsOf({ image: shrinking, soundFile, prompt }), ["image corrupt"]);
  await rm(path);
  assert.deepEqual(await problemsOf({ image: shrinking, soundFile, prompt }), ["image corrupt"]);
});

test("a file that becomes unreadable after the check is no lost call", async () => {
  const bytes = new Uint8Array(await image.arrayBuffer());
  let readable = true;
  const changing = {
    size: bytes.length,
    slice: (from, to) => ({ arrayBuffer: () => (readable ? Promise.resolve(bytes.slice(from, to).buffer) : Promise.reject(new Error("gone"))) }),
    arrayBuffer() {},
  };
  const call = { onProgress: ({ phase, loadedBytes }) => { if (phase === "reading" && loadedBytes > 0) readable = false; } };
  await assert.rejects(client.createTask({ image: changing, soundFile, prompt }, call), { code: "invalid_input" });
  assert.equal(sandbox.ledger.read().totals.tasks, 0);
});

test("every form of the same file arrives as the same bytes, and the client still works", async () => {
  const bytes = new Uint8Array(await image.arrayBuffer());
  const larger = new Uint8Array(bytes.length + 64);
  larger.set(bytes, 32);
  const base64 = Buffer.from(bytes).toString("base64");
  const forms = [
    image, new File([image], "wrong-name.gif", { type: "image/gif" }), bytes.buffer, bytes, larger.subarray(32, 32 + bytes.length),
    new DataView(larger.buffer, 32, bytes.length), base64, base64.replace(/(.{76})/g, "$1\r\n"), base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
    `data:image/jpeg;charset=utf-8;name="a,b";base64,${base64}`.replace("a,b", "ab"), `DATA:image/jpeg;base64,${encodeURIComponent(base64)}`,
  ];
  for (const form of forms) await client.createTask({ image: form, soundFile, prompt });
  const hashes = new Set(sandbox.ledger.read().creates.map((create) => create.image.sha256));
  assert.equal(sandbox.ledger.read().totals.tasks, forms.length);
  assert.equal(hashes.size, 1);
  sandbox.reset();
});
