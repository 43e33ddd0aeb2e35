// How a client may be built, what it refuses at once, and that no error of it holds the key.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { AvatarClient, AvatarError, limits, validate } from "kling-avatar";

const KEY = "sk-secret-0123456789";
const root = join(import.meta.dirname, "..", "..");

const wrong = {
  "nothing": undefined,
  "null": null,
  "text": KEY,
  "neither key nor gateway": {},
  "both key and gateway": { apiKey: KEY, gatewayUrl: "https://example.com" },
  "an empty key": { apiKey: "" },
  "a key with a line break": { apiKey: `${KEY}\r\nX: y` },
  "a key with a space": { apiKey: `${KEY} ` },
  "a key with letters that no header takes": { apiKey: `${KEY}\u0416` },
  "a key that is a number": { apiKey: 5 },
  "a relative gateway": { gatewayUrl: "/avatar" },
  "a gateway of another scheme": { gatewayUrl: "ftp://example.com" },
  "a gateway with a password": { gatewayUrl: "https://me:secret@example.com" },
  "a base with a name, which no fetch takes": { apiKey: KEY, baseUrl: "https://me@example.com" },
  "a base of another scheme": { apiKey: KEY, baseUrl: "file:///etc" },
  "a fetch that is no function": { apiKey: KEY, fetch: {} },
  "a limit that is text": { apiKey: KEY, limits: { audioMaxSeconds: "300" } },
  "a limit that is no number": { apiKey: KEY, limits: { audioMaxSeconds: NaN } },
  "a negative delay": { apiKey: KEY, retry: { minDelayMs: -1 } },
  "a poll that is text": { apiKey: KEY, poll: "fast" },
  "options that throw": new Proxy({}, { ownKeys: () => { throw new Error("no"); } }),
};

for (const [name, options] of Object.entries(wrong)) {
  test(`a client built with ${name}`, () => {
    assert.throws(() => new AvatarClient(options), (error) => {
      assert.ok(error instanceof AvatarError && error instanceof Error);
      assert.equal(error.name, "AvatarError");
      assert.equal(error.code, "configuration");
      assert.ok(!inspect(error, { depth: 9 }).includes(KEY), "the key is in the error");
      return true;
    });
  });
}

for (const [group, name, known] of [
  ["limits", "audioMaxSecond", "audioMaxSeconds"],
  ["limits", "toString", "promptMaxCharacters"],
  ["retry", "attempts", "maxAttempts, minDelayMs, maxDelayMs"],
  ["poll", "interval", "minIntervalMs, maxIntervalMs, timeoutMs"],
]) {
  test(`${group}.${name} is told as unknown, with the names that are known`, async () => {
    const told = (error) => error.code === "configuration" && error.message.startsWith(`${group}.${name} `) && error.message.includes(known);
    assert.throws(() => new AvatarClient({ apiKey: KEY, [group]: { [name]: 3 } }), told);
    new AvatarClient({ apiKey: KEY, [group]: { [name]: undefined } });
    if (group === "limits") await assert.rejects(validate({ prompt: "Hi" }, { [name]: 3 }), told);
  });
}

test("limits may be inherited, of no prototype, or read by getters", async () => {
  const input = { image: "https://example.com/a.jpg", audioId: "a", prompt: "Hello" };
  class Own {
    get promptMaxCharacters() {
      return 4;
    }
  }
  const given = [Object.create({ promptMaxCharacters: 4 }), Object.assign(Object.create(null), { promptMaxCharacters: 4 }), new Own()];
  for (const own of [...given, { ...limits, promptMaxCharacters: 4 }]) {
    assert.deepEqual((await validate(input, own)).problems.map(({ code }) => code), ["too_long"]);
    assert.deepEqual((await new AvatarClient({ apiKey: KEY, limits: own }).validate(input)).problems.map(({ code }) => code), ["too_long"]);
  }
  for (const none of [undefined, null, {}]) assert.equal((await validate(input, none)).ok, true);
});

test("an error can be made for tests of one's own", () => {
  const error = new AvatarError({ code: "timeout", message: "Late", retryable: true, taskId: "a" });
  assert.deepEqual([error.name, error.code, error.message, error.retryable, error.taskId], ["AvatarError", "timeout", "Late", true, "a"]);
  // What copies errors does so, whatever the types say.
  assert.ok(new AvatarError() instanceof Error);
});

test("a key in a page is refused unless it is asked for", (t) => {
  globalThis.window = globalThis;
  globalThis.document = {};
  t.after(() => {
    delete globalThis.window;
    delete globalThis.document;
  });
  assert.throws(() => new AvatarClient({ apiKey: KEY }), { code: "configuration", message: /dangerouslyAllowBrowser/ });
  new AvatarClient({ apiKey: KEY, dangerouslyAllowBrowser: true });
  new AvatarClient({ gatewayUrl: "https://example.com/avatar" });
});

test("a key function may fail, wait, or give something else", async () => {
  const call = (apiKey) => new AvatarClient({ apiKey, baseUrl: "http://127.0.0.1:1" }).getTask("a");
  const cause = new Error("vault is closed");
  await assert.rejects(call(() => { throw cause; }), { code: "configuration", cause });
  await assert.rejects(call(() => Promise.reject("closed")), { code: "configuration", cause: "closed" });
  await assert.rejects(call(() => 7), { code: "configuration" });
  await assert.rejects(call(async () => `${KEY}\n`), (error) => error.code === "configuration" && !inspect(error).includes(KEY));
});

test("the options of a call are checked", async () => {
  const client = new AvatarClient({ apiKey: KEY, baseUrl: "http://127.0.0.1:1" });
  for (const call of [{ signal: {} }, { onProgress: "yes" }, { timeoutMs: "5" }, { timeoutMs: NaN }]) {
    await assert.rejects(client.getTask("a", call), { code: "configuration" });
  }
  for (const id of ["", ".", "..", undefined, 7]) await assert.rejects(client.getTask(id), { code: "invalid_input" });
});

test("limits are data: exported, frozen, and replaced one by one", async () => {
  assert.deepEqual(limits, {
    imageMaxBytes: 10_485_760, imageMinSidePixels: 300, imageMaxAspectRatio: 2.5, audioMaxBytes: 5_242_880, audioMinSeconds: 2,
    audioMaxSeconds: 60, audioToleranceSeconds: 0.1, promptMaxCharacters: 2500, speechTextMaxCharacters: 1000,
  });
  assert.ok(Object.isFrozen(limits));
  const input = { image: "https://example.com/a.jpg", soundFile: "https://example.com/a.mp3", prompt: "\u{1F600}".repeat(2500) };
  assert.deepEqual(await validate(input), { ok: true, problems: [] });
  const { problems } = await validate(input, { promptMaxCharacters: 2499 });
  assert.deepEqual(problems, [
    { field: "prompt", code: "too_long", message: "The prompt has 2500 characters; at most 2499 are allowed.", limit: 2499, actual: 2500 },
  ]);
});

test("the codes of the crate and those of the types are the same", () => {
  const { errors, problems } = JSON.parse(readFileSync(join(root, "dist", "codes.json"), "utf8"));
  const types = readFileSync(join(root, "npm", "index.d.ts"), "utf8");
  const union = (name) => [...types.match(new RegExp(`export type ${name} =([^;]*);`))[1].matchAll(/"(\w+)"/g)].map((match) => match[1]);
  assert.deepEqual(union("ErrorCode").toSorted(), errors.toSorted());
  assert.deepEqual(union("ProblemCode").toSorted(), problems.toSorted());
  const readme = readFileSync(join(root, "README.md"), "utf8");
  for (const code of [...errors, ...problems]) assert.ok(readme.includes(`\`${code}\``), `${code} is not in the README`);
});
