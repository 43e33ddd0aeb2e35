// What a create leaves in the ledger, however it ends: its id, its place, and what is known of its task.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "../../dist/gateway-node.js";
import { GATEWAY_URL, inProcess } from "./in-process.mjs";
import { INPUT, formOf } from "./stand.mjs";

const ONE_PLACE = { createsPerMinute: 0, concurrentTasks: 1 };
const MINUTE_MS = 60_000;

const create = (stand, input, env, init) => stand.ask("/tasks", { method: "POST", body: formOf({ ...INPUT, ...input }), ...init }, env);
const createOfUrls = (stand, fields) => stand.ask("/tasks", { method: "POST", body: JSON.stringify(fields), headers: { "content-type": "application/json" } });
const codeOf = ({ status, body }) => [status, body.error?.code];
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A store that writes down what it is asked, and answers in place of itself where `answerOf` gives something. */
function recorded(answerOf = () => undefined) {
  const [memory, events] = [memoryStore(), []];
  const apply = async (key, event) => {
    events.push(event.type);
    return (await answerOf(event, key)) ?? memory.apply(key, event);
  };
  return { events, store: { ...memory, apply } };
}

/** A service whose creates arrive, and whose answers are lost until `found` says that it may be asked. */
function lossy(options, refusal = () => Response.json({ code: 5001, message: "down", request_id: "r" }, { status: 503 })) {
  return inProcess((env, { fetch }) => ({
    retry: { maxAttempts: 1, minDelayMs: 1 },
    ...options,
    fetch: async (url, init) => {
      if (init.method === "GET") return refusal();
      await fetch(url, init);
      throw new TypeError("fetch failed");
    },
  }));
}

test("a create for which there is no place leaves its id free, and says when to come again", async () => {
  for (const [limiter, code] of [[ONE_PLACE, "concurrency_limit"], [{ createsPerMinute: 1, concurrentTasks: 0 }, "rate_limited"]]) {
    const { store, events } = recorded();
    const stand = inProcess({ store, limiter });
    assert.equal((await create(stand)).status, 201);
    events.length = 0;
    const refused = await create(stand);
    assert.deepEqual([...codeOf(refused), events], [429, code, ["begin", "take", "released"]]);
    assert.ok(Number(refused.headers.get("retry-after")) > 0 && refused.body.error.retryAfterMs > 0, refused.text);
  }
});

test("whoever limits nothing has no places counted", async () => {
  const { store, events } = recorded();
  assert.equal((await create(inProcess({ store, limiter: { createsPerMinute: 0, concurrentTasks: 0 } }))).status, 201);
  assert.deepEqual(events, ["begin", "created"]);
});

test("a create whose answer was lost keeps its place: its task may be in the making", async () => {
  const stand = lossy({ limiter: ONE_PLACE });
  assert.deepEqual(codeOf(await create(stand)), [502, "submission_unknown"]);
  assert.deepEqual([...codeOf(await create(stand)), stand.told.creates], [429, "concurrency_limit", 1]);
});

test("a place is held for half an hour for a task whose end nobody sees", async (t) => {
  const stand = inProcess({ limiter: ONE_PLACE });
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  assert.equal((await create(stand)).status, 201);
  t.mock.timers.tick(29 * MINUTE_MS);
  assert.deepEqual(codeOf(await create(stand)), [429, "concurrency_limit"]);
  t.mock.timers.tick(2 * MINUTE_MS);
  assert.equal((await create(stand)).status, 201);
});

for (const [failures, isKnown] of [[2, true], [3, false]]) {
  test(`a task is told though the store fails ${failures} times to write it down, and never made again`, async (t) => {
    const { setTimeout } = globalThis;
    const pauses = [];
    t.mock.method(globalThis, "setTimeout", (work, ms) => setTimeout(work, ms < 1000 && pauses.push(ms) ? 0 : ms));
    let left = failures;
    const { store } = recorded(({ type }) => (type === "created" && left-- > 0 ? Promise.reject(new Error("the store is down")) : undefined));
    const stand = inProcess({ store });
    const externalTaskId = crypto.randomUUID();
    const made = await create(stand, { externalTaskId });
    assert.equal(made.status, 201, made.text);
    assert.deepEqual([stand.events[0].message === undefined, pauses.slice(0, failures)], [isKnown, [100, 200, 300].slice(0, failures)]);
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() + MINUTE_MS });
    const again = await create(stand, { externalTaskId });
    assert.deepEqual([again.status < 300, stand.told.creates, again.body.externalTaskId], [true, 1, externalTaskId], again.text);
  });
}

test("what the service refused is told as such where the ledger cannot be told of it", async () => {
  const { store } = recorded(({ type }) => (type === "released" || type === "end" ? Promise.reject(new Error("the store is down")) : undefined));
  const stand = inProcess({ store, fetch: async () => Response.json({ code: 1301, message: "no", request_id: "r" }, { status: 400 }) });
  assert.deepEqual(codeOf(await create(stand)), [422, "content_policy"]);
});

test("what fails in the gateway itself while a create is sent leaves it in doubt", async (t) => {
  const { store, events } = recorded();
  const stand = inProcess({ store, publicUrl: GATEWAY_URL });
  t.mock.method(crypto.subtle, "sign", () => Promise.reject(new Error("out of entropy")));
  assert.deepEqual(codeOf(await create(stand)), [502, "submission_unknown"]);
  assert.deepEqual([events.at(-1), stand.events[0].message], ["unsure", "out of entropy"]);
});

test("why a task cannot be looked up is told only where it concerns the page", async () => {
  for (const [status, code, isTold] of [[401, 1003, false], [429, 1302, true]]) {
    const stand = lossy({}, () => Response.json({ code, message: "words of the service", request_id: "r" }, { status }));
    const externalTaskId = crypto.randomUUID();
    await create(stand, { externalTaskId });
    const { body: { error } } = await create(stand, { externalTaskId });
    assert.deepEqual([error.code, error.message.includes("words of the service")], ["submission_unknown", isTold], error.message);
  }
});

/** A service that takes a create and answers when it is told to. */
function slow(options) {
  let [begin, answer] = [];
  const begun = new Promise((resolve) => (begin = resolve));
  const answered = new Promise((resolve) => (answer = resolve));
  const stand = inProcess((env, { fetch }) => ({ ...options, ...env, fetch: async (url, init) => (init.method === "POST" && (begin(), await answered), fetch(url, init)) }));
  return { stand, begun, answer };
}

test("who asks for what another request is at work on waits no longer than a create may take", async () => {
  const { store, events } = recorded();
  const { stand, begun, answer } = slow({ store });
  const externalTaskId = crypto.randomUUID();
  const creating = create(stand, { externalTaskId });
  await begun;
  const { status, body: { error } } = await create(stand, { externalTaskId }, { createTimeoutMs: 1 });
  assert.deepEqual([status, error.code, error.retryable], [504, "timeout", true]);
  events.length = 0;
  const waiting = create(stand, { externalTaskId });
  while (!events.includes("begin")) await turn();
  answer();
  const made = await creating;
  assert.deepEqual([made.status, (await waiting).status, (await waiting).body.taskId, stand.told.creates], [201, 200, made.body.taskId, 1]);
});

test("a lease that was renewed is as long as the first one", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "Date"], now: Date.now() });
  let entry;
  const { store } = recorded(({ type }, key) => void (type === "renew" && (entry = key)));
  const { stand, begun, answer } = slow({ store });
  const creating = create(stand);
  await begun;
  for (let n = 0; n < 4; n++) {
    t.mock.timers.tick(10_000);
    await turn();
  }
  const looks = async () => (await store.apply(entry, { type: "look" })).do;
  assert.equal(await looks(), "wait");
  answer();
  assert.deepEqual([(await creating).status, await looks()], [201, "adopt"]);
});

test("the same URLs in another order are the same create, and another URL is another one", async () => {
  const stand = inProcess();
  const externalTaskId = crypto.randomUUID();
  const [image, soundFile] = ["https://cdn.example/a.png", "https://cdn.example/a.mp3"];
  const prompt = "She speaks";
  assert.equal((await createOfUrls(stand, { image, soundFile, prompt, mode: "pro", externalTaskId })).status, 201);
  assert.equal((await createOfUrls(stand, { externalTaskId, mode: "pro", prompt, soundFile, image })).status, 200);
  for (const other of [{ image: `${image}?2` }, { soundFile: `${soundFile}?2` }, { prompt: "He speaks" }, { mode: "std" }]) {
    assert.equal((await createOfUrls(stand, { image, soundFile, prompt, mode: "pro", externalTaskId, ...other })).status, 409, JSON.stringify(other));
  }
});

test("an Idempotency-Key may say the same as externalTaskId", async () => {
  const stand = inProcess();
  const externalTaskId = crypto.randomUUID();
  const answer = await create(stand, { externalTaskId }, undefined, { headers: { "idempotency-key": externalTaskId } });
  assert.deepEqual([answer.status, answer.body.externalTaskId], [201, externalTaskId]);
});
