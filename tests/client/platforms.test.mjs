// What a platform, a caller's `fetch` or a caller's objects do to a call ends it with an error: it never hangs, and the next one works.
import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { IMAGE, KEY, clientOf, failure, input, quickSandbox } from "./stand.mjs";

const sandbox = await quickSandbox();
const LARGE = new Blob([IMAGE, new Uint8Array(3_000_000)]);

test("objects that only say that they are arrays of bytes are no files", async () => {
  const client = clientOf(sandbox);
  for (const image of [new Proxy(new Uint8Array(IMAGE), {}), Object.create(Uint8Array.prototype)]) {
    const { ok, problems } = await client.validate(input({ image }));
    assert.deepEqual([ok, problems.map(({ code }) => code)], [false, ["unsupported_type"]]);
  }
});

test("a platform that has no memory for the body fails the call, and gives its place to the next one", async () => {
  const client = clientOf(sandbox, { maxConcurrentTasks: 1 });
  const Real = globalThis.Uint8Array;
  const construct = (target, given, made) => {
    if (given[0] > 1e6) throw new RangeError("Array buffer allocation failed");
    return Reflect.construct(target, given, made);
  };
  globalThis.Uint8Array = new Proxy(Real, { construct });
  let error;
  try {
    error = await failure(client.generate(input({ image: LARGE }), { timeoutMs: 10_000 }));
  } finally {
    globalThis.Uint8Array = Real;
  }
  assert.equal(error.code, "configuration");
  await client.generate(input());
});

test("an answer in bytes of another realm is read, and what are no bytes ends the call", async () => {
  const create = (bytes) => clientOf(sandbox, { retry: { maxAttempts: 1 }, fetch: async (url, init) => {
    const response = await fetch(url, init);
    const whole = new Uint8Array(await response.arrayBuffer());
    const body = new ReadableStream({ start: (stream) => (stream.enqueue(bytes(whole)), stream.close()) });
    return { status: response.status, headers: response.headers, body };
  } }).createTask(input());
  const foreign = (whole) => vm.runInNewContext("Uint8Array.from(list)", { list: [...whole] });
  sandbox.reset();
  assert.equal((await create(foreign)).taskId, sandbox.ledger.creates[0].taskId);
  assert.equal((await create((whole) => whole.buffer)).taskId, sandbox.ledger.creates[1].taskId);
  for (const odd of [(whole) => new Proxy(whole, {}), () => "text", () => undefined]) {
    assert.equal((await failure(create(odd))).code, "submission_unknown");
  }
});

test("a key that is a word of the answers breaks none of them", async () => {
  const service = await quickSandbox();
  for (const apiKey of ["task", "1", "e", "files"]) {
    const proxy = (url, init) => fetch(url, { ...init, headers: { ...init.headers, Authorization: `Bearer ${KEY}` } });
    const video = await clientOf(service, { apiKey, fetch: proxy }).generate(input());
    assert.ok(video.url.startsWith(service.url), video.url);
  }
});

test("a key that the service quotes is in no error, however it is written", async () => {
  const apiKey = "sk-a/b+c";
  const fail = (init) => ({ retry: { maxAttempts: 1 }, apiKey, fetch: async () => new Response(...init) });
  const escaped = '{"code":1201,"message":"no \\u0073k-a\\/b\\u002bc here","request_id":"r-sk-a/b+c"}';
  for (const more of [fail([escaped, { status: 400 }]), fail(["{}", { status: 500, headers: { "x-request-id": apiKey } }]),
    { retry: { maxAttempts: 1 }, apiKey, fetch: async (_, { headers }) => { throw new TypeError(`bad: ${headers.Authorization}`); } }]) {
    const error = await failure(clientOf(sandbox, more).getTask("1"));
    assert.ok(!JSON.stringify({ ...error, message: error.message }).includes(apiKey), error.message);
    assert.match(error.message + error.requestId, /…/);
  }
});
