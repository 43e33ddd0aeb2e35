// Settings of the wrong kind, as environments hold them, and functions of the caller's that misbehave: nothing gets wider by them.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { memoryStore } from "../../dist/gateway-node.js";
import { AvatarError } from "../../dist/node.js";
import { inProcess } from "./in-process.mjs";
import { INPUT, KEY, ORIGIN, SECRET, formOf } from "./stand.mjs";

const create = (stand, input, init, env) => stand.ask("/tasks", { method: "POST", body: formOf(input), ...init }, env);
const codeOf = ({ status, body }) => [status, body?.error?.code];

test("a list that is given as text is a list, and not any part of that text", async () => {
  const stand = inProcess({ allow: "callbackUrl, note,", allowedHeaders: "x-one,x-two" });
  for (const extra of [{ no: 1 }, { "back": 1 }, { "callbackUrl, note": 1 }]) {
    assert.deepEqual(codeOf(await create(stand, { ...INPUT, extra })), [422, "invalid_input"], JSON.stringify(extra));
  }
  assert.equal(stand.told.creates, 0);
  assert.equal((await create(stand, { ...INPUT, extra: { note: "x" } })).status, 201);
  assert.equal(stand.told.body.note, "x");
  const preflight = await stand.ask("/tasks", { method: "OPTIONS", headers: { "access-control-request-method": "POST" } });
  assert.match(preflight.headers.get("access-control-allow-headers"), /, x-one, x-two$/);

  for (const [hosts, status] of [["notcdn.example", 502], ["other.example,CDN.example", 200]]) {
    const video = inProcess((_, { fetch }) => ({
      videoHosts: hosts, fetch: (url, init) => (String(url).includes("cdn.example") ? new Response("abc", { headers: { "content-type": "video/mp4" } }) : fetch(url, init)),
    }));
    Object.assign(video.data, { task_status: "succeed", task_result: { videos: [{ id: "v", url: "https://cdn.example/v.mp4", duration: "7.8" }] } });
    const { body } = await create(video);
    assert.equal((await video.ask(`/tasks/${body.taskId}/video`)).status, status, hosts);
  }
});

for (const [name, options] of Object.entries({
  "a limit that is text": { limiter: { createsPerMinute: "10" } },
  "a limit that is null": { limiter: { concurrentTasks: null } },
  "a limit that is no number": { limiter: { concurrentTasks: NaN } },
  "a limiter that is text": { limiter: "10" },
  "a limit that is misspelt": { limiter: { createPerMinute: 3 } },
  "a limit() that is none": { limiter: { limit: true } },
  "a name that is no text": { allow: [7] },
  "names that are no list": { allow: { callbackUrl: true } },
  "a name with a line break": { allowedHeaders: ["x-a\r\nx-b"] },
  "hosts that are no list": { videoHosts: /example/ },
  "an authorize that is none": { authorize: null },
  "a store that is none": { store: {} },
  "a time that no timer has": { createTimeoutMs: Infinity },
  "a time that is none": { bodyIdleMs: 0 },
  "a time longer than any timer's": { bodyTimeoutMs: 2 ** 31 },
  "a time as text": { tokenTtlSeconds: "60" },
  "a path that no request has": { basePath: "/my avatar" },
  "a fetch that is none": { fetch: "fetch" },
  "limits of text": { limits: { promptMaxCharacters: "5" } },
  "limits that no memory holds": { limits: { imageMaxBytes: Infinity } },
  "limits that only together are too large": { limits: { imageMaxBytes: 300 << 20, audioMaxBytes: 300 << 20 } },
  "programs for which nobody answers": { allowMissingOrigin: true },
  "an option that is misspelt": { authorise: () => "alice" },
  "a host with a scheme": { videoHosts: "https://cdn.example" },
  "a host with a path": { videoHosts: ["cdn.example/videos"] },
  "a host with its scheme's own port": { videoHosts: ["cdn.example:443"] },
  "a host that is none": { videoHosts: ["["] },
  "an address that is none": { publicUrl: "gateway.example" },
  "an address of another scheme": { publicUrl: "ftp://gateway.example/avatar" },
  "an address with a query": { publicUrl: "https://gateway.example/avatar?a=1" },
  "an address with a fragment": { publicUrl: "https://gateway.example/avatar#a" },
  "an address with a password": { publicUrl: "https://a:b@gateway.example/avatar" },
  "a second secret that is none": { tokenSecret: `${SECRET},short` },
})) {
  test(`${name}: nothing is served`, async () => {
    const stand = inProcess(options);
    assert.deepEqual(codeOf(await create(stand)), [503, "configuration"]);
    assert.deepEqual(codeOf(await stand.ask("/health")), [503, "configuration"]);
    assert.equal(stand.told.creates, 0);
    assert.ok(stand.events[0].message.includes(Object.keys(options)[0]), stand.events[0].message);
  });
}

test("a rate limiting binding is a limiter as it is, whatever else it holds", async () => {
  class Binding {
    period = 60;
    async limit() {
      return { success: false };
    }
  }
  assert.deepEqual(codeOf(await create(inProcess({ limiter: new Binding() }))), [429, "rate_limited"]);
});

test("what is there and undefined counts as left out", async () => {
  const stand = inProcess({ limits: { imageMaxBytes: undefined }, limiter: { createsPerMinute: undefined }, authorize: undefined, createTimeoutMs: undefined });
  assert.equal((await create(stand)).status, 201);
});

test("text that is empty, as of a variable that is not set, counts as left out", async () => {
  const asked = [];
  const stand = inProcess((_, { fetch }) => ({ publicUrl: "", baseUrl: "", fetch: (url, init) => (asked.push(new URL(url).origin), fetch(url, init)) }));
  assert.equal((await create(stand)).status, 201);
  assert.deepEqual([stand.told.callbackUrl, asked], [undefined, ["https://api.cometapi.com"]]);
});

test("options are functions of the environment, also where there is none", async () => {
  const seen = [];
  const stand = inProcess((env) => (seen.push(env), { apiKey: (own) => (seen.push(own), KEY) }));
  const env = { NAME: "value" };
  for (const given of [undefined, env]) assert.equal((await create(stand, INPUT, {}, given)).status, 201);
  assert.deepEqual(seen, [{}, {}, env, env]);
});

test("what is left out is as the types say: five tasks at a time, ten in a minute, tokens of 30 days", async (t) => {
  const bursts = { concurrentTasks: [{ createsPerMinute: 0 }, 5], createsPerMinute: [{ concurrentTasks: 0 }, 10] };
  for (const [name, [limiter, most]] of Object.entries(bursts)) {
    const stand = inProcess({ limiter });
    for (let n = 0; n < most; n++) assert.equal((await create(stand)).status, 201, name);
    assert.equal((await create(stand)).status, 429, name);
  }
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  const stand = inProcess({});
  const { body: { taskId } } = await create(stand);
  t.mock.timers.tick(29.9 * 86_400_000);
  assert.equal((await stand.ask(`/tasks/${taskId}`)).status, 200);
  t.mock.timers.tick(0.2 * 86_400_000);
  assert.equal((await stand.ask(`/tasks/${taskId}`)).status, 404);
});

test("a store and a limiter may be objects of a class", async () => {
  class Store {
    #memory = memoryStore();
    apply(key, event) { return this.#memory.apply(key, event); }
    wait(...given) { return this.#memory.wait(...given); }
  }
  class Limiter {
    #asked = 0;
    async limit() { return { success: ++this.#asked < 2 }; }
  }
  const stand = inProcess({ store: new Store(), limiter: new Limiter() });
  assert.deepEqual([(await create(stand)).status, (await create(stand)).status, stand.told.creates], [201, 429, 1]);
});

test("wider limits let larger files through", async () => {
  const image = Buffer.concat([INPUT.image, Buffer.alloc(11 << 20)]);
  assert.equal((await create(inProcess({}), { ...INPUT, image })).status, 413);
  assert.equal((await create(inProcess({ limits: { imageMaxBytes: 12 << 20 } }), { ...INPUT, image })).status, 201);
});

test("programs without an origin are served where it is allowed and they are asked who they are", async () => {
  const stand = inProcess({ allowMissingOrigin: true, authorize: ({ headers }) => headers.get("x-user") });
  const as = async (user) => codeOf(await create(stand, INPUT, { headers: { origin: undefined, ...(user && { "x-user": user }) } }))[0];
  assert.deepEqual([await as("alice"), await as(undefined), stand.told.creates], [201, 401, 1]);
});

test("an address is taken as the platform writes it", async () => {
  for (const publicUrl of ["https://gateway.example/avatar\n", "HTTPS://gateway.example:443/avatar/"]) {
    const stand = inProcess({ publicUrl });
    assert.equal((await create(stand)).status, 201);
    assert.match(stand.told.callbackUrl, /^https:\/\/gateway\.example\/avatar\/callbacks\/[\w.-]+$/);
  }
});

test("secrets that are given as text are a list", async () => {
  const other = "Zq8vT1nB6yWc3LhXk0RmJ5uPdEaGfSoI";
  const secrets = { tokenSecret: SECRET };
  const stand = inProcess(() => secrets);
  const { body: { taskId } } = await create(stand);
  secrets.tokenSecret = `${other}, ${SECRET}`;
  assert.equal((await stand.ask(`/tasks/${taskId}`)).status, 200);
  const { body: { taskId: newer } } = await create(stand);
  secrets.tokenSecret = other;
  assert.deepEqual([(await stand.ask(`/tasks/${newer}`)).status, (await stand.ask(`/tasks/${taskId}`)).status], [200, 404]);
});

for (const success of [undefined, null, false, true, 1, {}, { success: undefined }, { success: "true" }, { success: 1 }]) {
  test(`a limiter that says ${JSON.stringify(success)} lets nothing through`, async () => {
    const stand = inProcess({ limiter: { limit: async () => success } });
    assert.deepEqual([...codeOf(await create(stand)), stand.told.creates], [500, "server", 0]);
    assert.match(stand.events[0].message, /limiter\.limit/);
  });
}

test("a function of the caller's that never comes to its end ends the request", async (t) => {
  const { setTimeout } = globalThis;
  t.mock.method(globalThis, "setTimeout", (work, ms) => setTimeout(work, ms === 30_000 ? 10 : ms));
  const never = () => new Promise(() => {});
  const store = { apply: never, wait: never };
  for (const [name, options] of [["authorize", { authorize: never }], ["clientOf", { clientOf: never }], ["limiter.limit", { limiter: { limit: never } }], ["store.apply", { store }], ["apiKey", { apiKey: never }], ["the function of the options", never]]) {
    const stand = inProcess(options);
    const answer = await create(stand);
    assert.deepEqual([...codeOf(answer), stand.told.creates], [500, "server", 0], name);
    if (stand.events.length > 0) assert.equal(stand.events[0].message, `Error: ${name} took longer than 30000 ms`);
  }
});

test("a listener of events may go on when the answer has gone", async () => {
  const kept = [];
  let told;
  const stand = inProcess({ onEvent: () => new Promise((resolve) => (told = resolve)) });
  await stand.ask("/health", {}, {}, { waitUntil: (promise) => kept.push(promise) });
  assert.equal(kept.length, 1);
  const ended = kept[0].then(() => "ended");
  assert.equal(await Promise.race([ended, new Promise((resolve) => setImmediate(resolve, "goes on"))]), "goes on");
  told();
  assert.equal(await ended, "ended");
});

test("a module that a bundler left behind is told as what it is", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kling-avatar-"));
  try {
    cpSync(fileURLToPath(new URL("../../dist", import.meta.url)), folder, { recursive: true, filter: (path) => !path.endsWith(".wasm") });
    const { createGateway } = await import(pathToFileURL(join(folder, "gateway-node.js")).href);
    const events = [];
    const gateway = createGateway({ apiKey: KEY, allowedOrigins: ORIGIN, tokenSecret: SECRET, onEvent: (event) => events.push(event) });
    const response = await gateway.fetch(new Request("https://gateway.example/avatar/health"));
    const text = await response.text();
    assert.deepEqual([response.status, JSON.parse(text).error.code, text.includes(folder)], [503, "configuration", false]);
    assert.match(events[0].message, /^kling_avatar_server_bg\.wasm is not at .* Copy it beside your bundle/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("allowMissingOrigin is true and nothing like it", async () => {
  for (const allowMissingOrigin of ["false", "0", 1, {}]) {
    const stand = inProcess({ allowMissingOrigin, authorize: () => "alice" });
    assert.deepEqual(codeOf(await create(stand, INPUT, { headers: { origin: undefined } })), [403, "permission"]);
    assert.equal(stand.told.creates, 0);
  }
});

test("a subject is text that is one and the same everywhere", async () => {
  for (const subject of [undefined, null, false, true, 7, "", {}, ["alice"], "a\nb", "a\u0000", "\ud800", "x".repeat(257), () => "alice"]) {
    const stand = inProcess({ authorize: async () => subject });
    for (const path of ["/tasks?externalTaskId=abc", "/tasks/a.b", "/tasks/a.b/video"]) assert.deepEqual(codeOf(await stand.ask(path)), [401, "authentication"]);
    assert.deepEqual(codeOf(await create(stand)), [401, "authentication"], String(subject));
    assert.deepEqual([stand.told.creates, stand.told.reads], [0, 0]);
  }
});

const WORDS = "connect to 10.0.0.5 as admin";
for (const [name, thrown] of Object.entries({
  "an error": Object.assign(new Error(WORDS), { code: "timeout" }),
  "an object with a code of ours": { code: "not_found", message: WORDS, status: 404, externalTaskId: WORDS },
  "an AvatarError": new AvatarError({ code: "invalid_request", message: WORDS, requestId: WORDS }),
  "text": WORDS,
  "nothing": undefined,
})) {
  test(`${name}, thrown by a function of the caller's, lets nothing through, and its words stay in the log`, async () => {
    const broken = () => { throw thrown; };
    const store = { apply: async () => broken(), wait: async () => broken() };
    for (const options of [{ authorize: broken }, { clientOf: broken }, { limiter: { limit: broken } }, { store }, () => broken(), { apiKey: broken }]) {
      const stand = inProcess(options);
      const answer = await create(stand);
      assert.deepEqual(codeOf(answer), [500, "server"], answer.text);
      assert.ok(!answer.text.includes("10.0.0.5"), answer.text);
      assert.equal(stand.told.creates, 0);
    }
  });
}

test("an onEvent that never comes to its end holds nothing up", async () => {
  assert.equal((await create(inProcess({ onEvent: () => new Promise(() => {}) }))).status, 201);
});

test("each request is served with the settings of its own environment", async () => {
  const seen = [];
  const stand = inProcess(({ name, ...env }, { fetch }) => ({
    limiter: { createsPerMinute: 0, concurrentTasks: 0 }, ...env,
    fetch: (url, init) => { seen.push([name, new URL(url).origin, new Headers(init.headers).get("authorization")]); return fetch(url, init); },
  }));
  const one = { name: "one", apiKey: "sk-first-account", baseUrl: "https://one.example", limits: { promptMaxCharacters: 5 } };
  const two = { name: "two", apiKey: "sk-second-account", baseUrl: "https://two.example" };
  assert.deepEqual(codeOf(await create(stand, { ...INPUT, prompt: "longer" }, {}, one)), [422, "invalid_input"]);
  for (const env of [one, two, { ...two, name: "three" }, one]) {
    assert.equal((await create(stand, { ...INPUT, prompt: "short" }, {}, env)).status, 201);
    assert.deepEqual(seen.at(-1), [env.name, env.baseUrl, `Bearer ${env.apiKey}`]);
  }
  assert.equal((await create(stand, { ...INPUT, prompt: "longer" }, {}, two)).status, 201);
  assert.deepEqual(codeOf(await create(stand, { ...INPUT, prompt: "longer yet" }, {}, { ...two, limits: one.limits })), [422, "invalid_input"]);
  assert.deepEqual(codeOf(await create(stand, INPUT, {}, { ...two, tokenSecret: "short" })), [503, "configuration"]);
  assert.deepEqual(codeOf(await create(stand, INPUT, {}, { ...two, allowedOrigins: "https://other.example" })), [403, "permission"]);
  assert.equal((await create(stand, { ...INPUT, prompt: "again" }, {}, two)).status, 201);
  for (const secret of [KEY, SECRET]) assert.ok(!JSON.stringify(stand.events).includes(secret));
});

test("who searches for ids is limited as who creates", async () => {
  const asked = [];
  const stand = inProcess({ limiter: { limit: async ({ key }) => ({ success: asked.push(key) < 2 }) } });
  const find = () => stand.ask(`/tasks?externalTaskId=${crypto.randomUUID()}`);
  await find();
  const { told: { reads } } = stand;
  const refused = await find();
  assert.deepEqual([...codeOf(refused), refused.headers.get("retry-after"), stand.told.reads - reads], [429, "rate_limited", "10", 0]);
});

test("extra fields that nobody can write down are refused", async () => {
  const stand = inProcess({ allow: ["note"] });
  for (const depth of [1000, 100_000]) {
    const nested = `{"image":"https://x.example/a.png","soundFile":"https://x.example/a.mp3","prompt":"a","extra":{"note":${"[".repeat(depth)}${"]".repeat(depth)}}}`;
    const answer = await stand.ask("/tasks", { method: "POST", body: nested, headers: { "content-type": "application/json" } });
    assert.deepEqual(codeOf(answer), [422, "invalid_input"], answer.text);
  }
  assert.equal(stand.told.creates, 0);
});

test("a video whose host compresses it comes without a length that is not its own", async () => {
  const asked = [];
  const compressed = { "content-type": "video/mp4", "content-encoding": "gzip", "content-length": "3", etag: "\"a\"" };
  const stand = inProcess((_, { fetch }) => ({
    fetch: (url, init) => (String(url).includes("cdn.example") ? (asked.push(init.headers["accept-encoding"]), new Response("decoded", { headers: compressed })) : fetch(url, init)),
  }));
  Object.assign(stand.data, { task_status: "succeed", task_result: { videos: [{ id: "v", url: "https://cdn.example/v.mp4", duration: "7.8" }] } });
  const { body } = await create(stand);
  const video = await stand.ask(`/tasks/${body.taskId}/video`);
  assert.deepEqual([video.text, video.headers.get("content-length"), video.headers.get("content-encoding"), asked], ["decoded", null, null, ["identity"]]);
});

test("an id of the service's that no token can hold is told as such, with the caller's own id", async () => {
  for (const id of ["7\n8", "7".repeat(5000)]) {
    const [stand, externalTaskId] = [inProcess({}), crypto.randomUUID()];
    stand.data.task_id = id;
    const answer = await create(stand, { ...INPUT, externalTaskId });
    assert.deepEqual([...codeOf(answer), answer.body.error?.externalTaskId], [502, "invalid_response", externalTaskId]);
    assert.equal(stand.told.creates, 1);
  }
});
