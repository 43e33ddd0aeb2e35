// What was created is found again, whatever the service says of it at the moment.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "../../dist/gateway-node.js";
import { GATEWAY_URL, inProcess } from "./in-process.mjs";
import { INPUT, clientOf, formOf } from "./stand.mjs";

const create = (stand, input) => stand.ask("/tasks", { method: "POST", body: formOf({ ...INPUT, ...input }) });
const find = (stand, externalTaskId) => stand.ask(`/tasks?externalTaskId=${externalTaskId}`);
const refused = (status, code) => Response.json({ code, message: "no", request_id: "r" }, { status });

/** A service of which `answerOf` says what it answers in place of itself. */
function disturbed(answerOf, options) {
  return inProcess((_, { fetch }) => ({ retry: { maxAttempts: 1, minDelayMs: 1 }, ...options, fetch: async (url, init) => (await answerOf(new URL(url), init)) ?? fetch(url, init) }));
}

test("a task that the ledger knows is found where the service offers no search", async () => {
  const stand = disturbed(({ pathname, searchParams }, { method }) => method === "GET" && (searchParams.size > 0 || !pathname.endsWith("/7")) && new Response("<h1>404</h1>", { status: 404 }) || undefined);
  const externalTaskId = crypto.randomUUID();
  const { body } = await create(stand, { externalTaskId });
  const found = await find(stand, externalTaskId);
  assert.deepEqual([found.status, found.body.taskId, found.body.externalTaskId], [200, body.taskId, externalTaskId]);
});

for (const [name, answer] of Object.entries({
  "is not readable yet": () => refused(404, 1203),
  "cannot be read with the key of now": () => refused(401, 1003),
  "is hidden by a page": () => new Response("<h1>Welcome</h1>", { status: 200 }),
})) {
  test(`a task that ${name} is told to whoever asks for it again`, async () => {
    const stand = disturbed((_, { method }) => (method === "GET" ? answer() : undefined));
    const externalTaskId = crypto.randomUUID();
    await create(stand, { externalTaskId });
    for (const { status, body } of [await create(stand, { externalTaskId }), await find(stand, externalTaskId)]) {
      assert.deepEqual([status, body.status, body.externalTaskId], [200, "submitted", externalTaskId]);
    }
    assert.equal(stand.told.creates, 1);
  });
}

for (const [name, unknown] of Object.entries({ page: () => new Response("<h1>404</h1>", { status: 404 }), refusal: () => refused(404, 1203) })) {
  test(`where the service answers a search with a ${name}, a task in doubt is not said to be absent, and what never arrived is sent again`, async () => {
    let loses = true;
    const stand = inProcess((_, { fetch }) => ({
      retry: { maxAttempts: 1, minDelayMs: 1 },
      fetch: async (url, init) => {
        if (init.method === "GET") return unknown();
        const answer = await fetch(url, init);
        if (loses) throw new TypeError("fetch failed");
        return answer;
      },
    }));
    const externalTaskId = crypto.randomUUID();
    for (const told of [await create(stand, { externalTaskId }), await create(stand, { externalTaskId })]) assert.equal(told.body.error.code, "submission_unknown");
    assert.equal((await find(stand, externalTaskId)).status, 502);
    assert.equal(stand.told.creates, 1);
    loses = false;
    let arrives = false;
    const fetch = async (url, init) => {
      if (init.method === "POST" && !arrives) return (arrives = true, Promise.reject(new TypeError("fetch failed")));
      const { text, status, headers } = await stand.ask(url.slice(GATEWAY_URL.length), init);
      return new Response(text, { status, headers });
    };
    await clientOf(GATEWAY_URL, { fetch }).createTask(INPUT);
    assert.equal(stand.told.creates, 2);
  });
}

for (const [status, code] of [[401, 1003], [503, 5001]]) {
  test(`where the service answers a search with ${status}, nobody is told that there is no such task`, async () => {
    const stand = disturbed((_, { method }) => (method === "GET" ? refused(status, code) : undefined));
    const externalTaskId = crypto.randomUUID();
    const { status: told, body } = await find(stand, externalTaskId);
    assert.deepEqual([told, body.error.externalTaskId], [502, externalTaskId]);
  });
}

test("a store that gives no answer of the ledger finds nothing, and says so", async () => {
  const memory = memoryStore();
  for (const answer of [{}, { do: "new word" }, { do: "create" }]) {
    const stand = disturbed(() => undefined, { store: { ...memory, apply: async () => answer } });
    assert.deepEqual([(await find(stand, crypto.randomUUID())).status, stand.told.reads], [500, 0]);
  }
});

test("what may have been created is taken for absent, and sent again, when it is absent twice", async (t) => {
  const { setTimeout } = globalThis;
  const pauses = [];
  t.mock.method(globalThis, "setTimeout", (work, ms) => setTimeout(work, ms === 2000 ? pauses.push(ms) && 0 : ms));
  let [isThere, isDown] = [false, true];
  const stand = disturbed(({ searchParams }, { method }) => {
    if (method === "POST") return isThere ? undefined : (isThere = true, Promise.reject(new TypeError("fetch failed")));
    if (!isDown) return searchParams.has("pageNum") ? Response.json({ code: 0, message: "SUCCEED", request_id: "r", data: [] }) : refused(404, 1203);
    return refused(503, 5001);
  });
  const externalTaskId = crypto.randomUUID();
  assert.equal((await create(stand, { externalTaskId })).body.error.code, "submission_unknown");
  [isDown, pauses.length] = [false, 0];
  const again = await create(stand, { externalTaskId });
  assert.deepEqual([again.status, stand.told.creates, pauses], [201, 1, [2000]], again.text);
});

test("a create that was answered with pages only is not sent again under its id", async () => {
  const stand = inProcess((_, { fetch }) => ({
    retry: { maxAttempts: 1, minDelayMs: 1 },
    fetch: async (url, init) => (init.method === "POST" && (await fetch(url, init)), new Response("<h1>404</h1>", { status: 404 })),
  }));
  const externalTaskId = crypto.randomUUID();
  const codes = [];
  for (let time = 0; time < 2; time++) codes.push((await create(stand, { externalTaskId })).body.error.code);
  assert.deepEqual([codes, stand.told.creates], [["invalid_response", "submission_unknown"], 1]);
  const storage = new Map();
  const fetch = async (url, init) => {
    const { text, status, headers } = await stand.ask(url.slice(GATEWAY_URL.length), init);
    return new Response(text, { status, headers });
  };
  for (let time = 0; time < 2; time++) await clientOf(GATEWAY_URL, { fetch, storage }).createTask(INPUT).catch(() => {});
  assert.deepEqual([stand.told.creates, storage.size], [2, 1], "a page does not forget it");
});

test("while a create is at work nobody is told that there is no such task", async () => {
  let [begin, answer] = [];
  const begun = new Promise((resolve) => (begin = resolve));
  const answered = new Promise((resolve) => (answer = resolve));
  const stand = disturbed((_, { method }) => (method === "POST" ? (begin(), answered) : refused(404, 1203)));
  const externalTaskId = crypto.randomUUID();
  const creating = create(stand, { externalTaskId });
  await begun;
  const finding = find(stand, externalTaskId);
  assert.equal((await find(stand, crypto.randomUUID())).status, 404);
  answer();
  const { body } = await creating;
  // As soon as it can be read there is more to tell of it than that.
  assert.deepEqual([(await finding).status, (await finding).body.externalTaskId, body.status], [200, externalTaskId, "submitted"]);
});

test("the callback of an end that could not be read frees the place when it comes again", async () => {
  let fails = true;
  const limiter = { createsPerMinute: 0, concurrentTasks: 1 };
  const stand = disturbed((_, { method }) => (method === "GET" && fails ? refused(503, 5001) : undefined), { publicUrl: GATEWAY_URL, limiter });
  await create(stand);
  assert.equal((await create(stand, { prompt: "Another one" })).body.error.code, "concurrency_limit");
  Object.assign(stand.data, { task_status: "failed", updated_at: 2 });
  const deliver = () => stand.ask(stand.told.callbackUrl.slice(GATEWAY_URL.length), { method: "POST", body: JSON.stringify(stand.data) });
  assert.equal((await deliver()).status, 502);
  fails = false;
  assert.equal((await deliver()).status, 200);
  assert.equal((await create(stand, { prompt: "Another one" })).status, 201);
});

test("a place whose answer the store has lost is given back", async () => {
  const memory = memoryStore();
  let loses = true;
  const apply = async (key, event) => {
    const answer = await memory.apply(key, event);
    if (event.type !== "take" || !loses) return answer;
    loses = false;
    throw new Error("the connection to the store broke");
  };
  const stand = inProcess({ store: { ...memory, apply }, limiter: { createsPerMinute: 0, concurrentTasks: 1 } });
  assert.equal((await create(stand)).status, 500);
  assert.equal((await create(stand, { prompt: "Another one" })).status, 201);
});

test("an order of speech that may have been taken is not said to be retryable", async () => {
  const body = JSON.stringify({ text: "Good morning", voiceId: "genshin_vindi2", voiceLanguage: "en" });
  const retryable = async (options) => (await inProcess(options).ask("/speech", { method: "POST", body, headers: { "content-type": "application/json" } })).body.error.retryable;
  assert.equal(await retryable({ fetch: () => Promise.reject(new TypeError("fetch failed")), retry: { maxAttempts: 1 } }), false);
  assert.equal(await retryable({ limiter: { limit: async () => ({ success: false }) } }), true);
});
