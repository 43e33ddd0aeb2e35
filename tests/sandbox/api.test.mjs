import assert from "node:assert/strict";
import { test } from "node:test";
import { IMAGE, KEY, ORIGIN, SOUND, created, inProcess } from "./in-process.mjs";
import { SPECIAL_KEYS } from "./keys.mjs";
import { CREATE_PATH, SPEECH_PATH } from "./routes.mjs";

/** @param {Response} response */
const body = (response) => response.json();

test("a create answers as documented", async () => {
  const sandbox = inProcess();
  const response = await sandbox.create({ external_task_id: "mine" });
  assert.equal(response.status, 200);
  const { code, message, request_id, data } = await body(response);
  assert.deepEqual([code, message], [0, "SUCCEED"]);
  assert.match(request_id, /^[0-9a-f-]{36}$/);
  assert.match(data.task_id, /^\d{18}$/);
  const now = sandbox.clock.now();
  assert.deepEqual({ ...data, task_id: "" }, { task_id: "", task_status: "submitted", task_info: { external_task_id: "mine" }, created_at: now, updated_at: now });
});

test("a task goes through its states on the clock and ends in a video", async () => {
  const sandbox = inProcess();
  const { task_id } = await created(sandbox);
  const state = async () => (await body(await sandbox.read(task_id))).data;
  await sandbox.clock.advance(4_400);
  assert.deepEqual([(await state()).task_status, (await state()).task_result], ["submitted", {}]);
  await sandbox.clock.advance(200);
  assert.equal((await state()).task_status, "processing");
  await sandbox.clock.advance(25_300);
  assert.equal((await state()).task_status, "processing");
  await sandbox.clock.advance(200);
  const done = await state();
  assert.equal(done.task_status, "succeed");
  assert.equal(done.updated_at - done.created_at, 30_000);
  const [video] = done.task_result.videos;
  assert.equal(video.duration, "3.000");
  const file = await sandbox.request(new URL(video.url).pathname);
  assert.deepEqual([file.headers.get("content-type"), file.headers.get("content-length")], ["video/mp4", "8"]);
  assert.deepEqual(new Uint8Array(await file.arrayBuffer()), Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
});

test("speed divides the time a task takes", async () => {
  const sandbox = inProcess({ options: { speed: 10 } });
  const { task_id } = await created(sandbox);
  await sandbox.clock.advance(3_001);
  assert.equal((await body(await sandbox.read(task_id))).data.task_status, "succeed");
});

test("a task does not succeed before its video is there", async () => {
  /** @type {(video: any) => void} */
  let finish = () => undefined;
  const sandbox = inProcess({ makeVideo: () => new Promise((resolve) => { finish = resolve; }) });
  const { task_id } = await created(sandbox);
  await sandbox.clock.advance(100_000);
  assert.equal((await body(await sandbox.read(task_id))).data.task_status, "processing");
  finish({ bytes: new Uint8Array(1), durationSeconds: 2.5 });
  await sandbox.clock.advance(1);
  assert.equal((await body(await sandbox.read(task_id))).data.task_status, "succeed");
});

test("tasks that are held end when they are let go, and not before", async () => {
  const sandbox = inProcess({ options: { held: true } });
  const { task_id } = await created(sandbox);
  const status = async () => (await body(await sandbox.read(task_id))).data.task_status;
  await sandbox.clock.advance(100_000);
  assert.equal(await status(), "processing");
  sandbox.api.options.held = false;
  await sandbox.clock.advance(100);
  assert.equal(await status(), "succeed");
});

test("a task fails when the prompt says so, or when its video cannot be made", async () => {
  const sandbox = inProcess({ makeVideo: async () => { throw new Error("the photo is broken"); } });
  const asked = await created(sandbox, { prompt: "x [fail: no face] y" });
  const broken = await created(sandbox);
  await sandbox.clock.advance(31_000);
  const ended = async (/** @type {any} */ task) => (await body(await sandbox.read(task.task_id))).data;
  assert.deepEqual([(await ended(asked)).task_status, (await ended(asked)).task_status_msg], ["failed", "no face"]);
  assert.deepEqual([(await ended(broken)).task_status, (await ended(broken)).task_status_msg], ["failed", "the photo is broken"]);
  assert.deepEqual((await ended(broken)).task_result, {});
});

test("a prompt can make a task that never ends, and one that is unsafe", async () => {
  const sandbox = inProcess();
  const { task_id } = await created(sandbox, { prompt: "[never]" });
  await sandbox.clock.advance(10_000_000);
  assert.equal((await body(await sandbox.read(task_id))).data.task_status, "processing");
  const refusal = await sandbox.create({ prompt: "[unsafe]" });
  assert.deepEqual([refusal.status, (await body(refusal)).code], [400, 1301]);
});

for (const [name, authorization, code] of /** @type {const} */ ([
  ["no key", "", 1001], ["another scheme", "Basic abc", 1002], ["an empty key", "Bearer ", 1002],
  ["a key without sk-", "Bearer key-12345678", 1000], ["a key too short", "Bearer sk-1234", 1000],
])) {
  test(`refuses ${name} with ${code}`, async () => {
    const response = await inProcess().request(CREATE_PATH, { headers: { authorization } });
    assert.deepEqual([response.status, (await body(response)).code], [401, code]);
  });
}

test("only the given keys are accepted", async () => {
  const sandbox = inProcess({ keys: ["sk-the-only-one"] });
  assert.equal((await sandbox.create({}, KEY)).status, 401);
  assert.equal((await sandbox.create({}, "sk-the-only-one")).status, 200);
});

for (const [key, { status, code, everywhere }] of Object.entries(SPECIAL_KEYS)) {
  test(`the key ${key} meets ${status}/${code}`, async () => {
    const sandbox = inProcess();
    for (const response of [await sandbox.create({}, key), await sandbox.speak({}, key)]) {
      assert.deepEqual([response.status, (await body(response)).code], [status, code]);
    }
    assert.equal((await sandbox.request(CREATE_PATH, {}, key)).status, everywhere ? status : 200);
  });
}

test("an external id is unique per key, also for two at once, and a refused create does not use it up", async () => {
  const sandbox = inProcess();
  assert.equal((await sandbox.create({ external_task_id: "a", mode: "wrong" })).status, 400);
  const answers = await Promise.all([1, 2, 3].map(() => sandbox.create({ external_task_id: "a" })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400]);
  const refusal = await body(answers.find(({ status }) => status === 400) ?? answers[0]);
  assert.equal(refusal.code, 1201);
  assert.match(refusal.message, /external_task_id is already used/);
  assert.equal((await sandbox.create({ external_task_id: "a" }, "sk-another-key")).status, 200);
  await sandbox.post("/_sandbox/options", { uniqueExternalIds: false });
  assert.equal((await sandbox.create({ external_task_id: "a" })).status, 200);
});

test("tasks are found by external id in the path, in the query, and in the list", async () => {
  const sandbox = inProcess();
  const { task_id } = await created(sandbox, { external_task_id: "my id/1" });
  await created(sandbox);
  const id = encodeURIComponent("my id/1");
  assert.equal((await body(await sandbox.read(id))).data.task_id, task_id);
  assert.equal((await body(await sandbox.request(`${CREATE_PATH}?external_task_id=${id}`))).data.task_id, task_id);
  const list = (await body(await sandbox.request(`${CREATE_PATH}?pageNum=1&pageSize=30`))).data;
  assert.deepEqual(list.map((/** @type {any} */ task) => task.task_info), [{}, { external_task_id: "my id/1" }]);
  const second = (await body(await sandbox.request(`${CREATE_PATH}?pageNum=2&pageSize=1`))).data;
  assert.deepEqual(second.map((/** @type {any} */ task) => task.task_id), [task_id]);
  assert.equal((await body(await sandbox.request(`${CREATE_PATH}?pageSize=0`))).code, 1201);
});

test("nobody finds another key's tasks", async () => {
  const sandbox = inProcess();
  const { task_id } = await created(sandbox, { external_task_id: "a" });
  for (const path of [`/${task_id}`, "/a", "?external_task_id=a"]) {
    const response = await sandbox.request(CREATE_PATH + path, {}, "sk-another-key");
    assert.deepEqual([response.status, (await body(response)).code], [404, 1203]);
  }
  assert.deepEqual((await body(await sandbox.request(CREATE_PATH, {}, "sk-another-key"))).data, []);
});

test("each way of finding can be switched off", async () => {
  const sandbox = inProcess({ options: { findByPath: false, findByQuery: false, list: false, unknownPath: "comet" } });
  const { task_id } = await created(sandbox, { external_task_id: "a" });
  for (const path of ["/a", "?external_task_id=a", ""]) assert.equal((await sandbox.request(CREATE_PATH + path)).status, 404, path);
  assert.equal((await sandbox.read(task_id)).status, 200);
  await sandbox.post("/_sandbox/options", { findByQuery: "list" });
  assert.equal((await body(await sandbox.request(`${CREATE_PATH}?external_task_id=a`))).data[0].task_id, task_id);
  assert.deepEqual((await body(await sandbox.request(`${CREATE_PATH}?external_task_id=b`))).data, []);
  await sandbox.post("/_sandbox/options", { findByQuery: "ignored", list: true });
  assert.equal((await body(await sandbox.request(`${CREATE_PATH}?external_task_id=b`))).data[0].task_id, task_id);
});

test("an unknown path answers as set", async () => {
  const sandbox = inProcess();
  const ask = async (/** @type {string} */ unknownPath) => {
    await sandbox.post("/_sandbox/options", { unknownPath });
    return sandbox.request("/kling/v1/videos/avatar/nothing");
  };
  const html = await ask("html");
  assert.deepEqual([html.status, html.headers.get("content-type")], [404, "text/html; charset=utf-8"]);
  const redirect = await ask("redirect");
  assert.deepEqual([redirect.status, redirect.headers.get("location")], [301, "/"]);
  assert.equal((await body(await ask("comet"))).error.type, "comet_api_error");
  assert.equal((await body(await ask("kling"))).code, 1203);
});

test("a wrong method is 404/1202", async () => {
  for (const [method, path] of [["DELETE", CREATE_PATH], ["PUT", `${CREATE_PATH}/1`], ["GET", SPEECH_PATH], ["POST", `${SPEECH_PATH}/1`]]) {
    const response = await inProcess().request(path, { method });
    assert.deepEqual([response.status, (await body(response)).code], [404, 1202]);
  }
});

test("an upload that is no JSON object, too large or of another type is refused", async () => {
  const sandbox = inProcess({ options: { maxBodyBytes: 1000 } });
  const send = (/** @type {string} */ text, type = "application/json") =>
    sandbox.request(CREATE_PATH, { method: "POST", body: text, headers: { "content-type": type } });
  for (const text of ["", "{", "[]", "null", "\"x\"", "{\"a\":1}\u0000"]) assert.deepEqual([text, (await body(await send(text))).code], [text, 1200]);
  assert.match((await body(await send("{}", "text/plain"))).message, /Content-Type/);
  assert.equal((await send(`{"image":"${"A".repeat(1000)}"}`)).status, 413);
});

test("tasks in parallel are limited per key until they end", async () => {
  const sandbox = inProcess({ options: { concurrency: 2 } });
  await created(sandbox);
  await created(sandbox);
  const refusal = await sandbox.create();
  assert.deepEqual([refusal.status, (await body(refusal)).code], [429, 1303]);
  await created(sandbox, {}, "sk-another-key");
  await sandbox.clock.advance(31_000);
  await created(sandbox);
});

test("requests per second are limited on demand, with Retry-After", async () => {
  const sandbox = inProcess({ options: { requestsPerSecond: 2, retryAfterSeconds: 3 } });
  assert.equal((await sandbox.request(CREATE_PATH)).status, 200);
  assert.equal((await sandbox.request(CREATE_PATH)).status, 200);
  const refusal = await sandbox.request(CREATE_PATH);
  assert.deepEqual([refusal.status, refusal.headers.get("retry-after"), (await body(refusal)).code], [429, "3", 1302]);
  await sandbox.clock.advance(1_001);
  assert.equal((await sandbox.request(CREATE_PATH)).status, 200);
});

test("errors come in CometAPI's envelope on demand", async () => {
  const sandbox = inProcess({ options: { envelope: "comet" } });
  const { error } = await body(await sandbox.create({ mode: "wrong" }));
  assert.match(error.message, /^mode must be std or pro \(request id: [0-9a-f-]{36}\)$/);
  assert.deepEqual({ ...error, message: "" }, { message: "", type: "comet_api_error", param: "", code: "invalid_request" });
  assert.equal((await body(await sandbox.create({}, "sk-sandbox-arrears"))).error.code, "");
});

test("reads come wrapped once more on demand", async () => {
  const sandbox = inProcess({ options: { envelope: "wrapped" } });
  const { task_id } = await created(sandbox);
  await sandbox.clock.advance(31_000);
  const answer = await body(await sandbox.read(task_id));
  assert.deepEqual([answer.code, answer.data.status, answer.data.progress], ["success", "SUCCESS", "100%"]);
  assert.equal(answer.data.data.task_result.videos[0].duration, "3.000");
});

test("pages may call it, unless CORS is off", async () => {
  const sandbox = inProcess();
  const preflight = () => sandbox.request(CREATE_PATH, { method: "OPTIONS", headers: { "access-control-request-headers": "authorization,x-new" } });
  const allowed = await preflight();
  assert.deepEqual([allowed.status, allowed.headers.get("access-control-allow-headers"), allowed.headers.get("access-control-allow-origin")], [204, "authorization,x-new", "*"]);
  for (const path of [CREATE_PATH, "/files/none.mp4", "/_sandbox/ledger", "/nothing"]) {
    assert.equal((await sandbox.request(path)).headers.get("access-control-allow-origin"), "*", path);
  }
  await sandbox.post("/_sandbox/options", { cors: false });
  assert.notEqual((await preflight()).status, 204);
  assert.equal((await sandbox.request(CREATE_PATH)).headers.get("access-control-allow-origin"), null);
});

test("files come in ranges", async () => {
  const sandbox = inProcess();
  const { task_id } = await created(sandbox);
  await sandbox.clock.advance(31_000);
  const path = new URL((await body(await sandbox.read(task_id))).data.task_result.videos[0].url).pathname;
  const get = async (/** @type {string} */ range, method = "GET") => {
    const response = await sandbox.request(path, { method, headers: { range } });
    return [response.status, response.headers.get("content-range"), [...new Uint8Array(await response.arrayBuffer())].join("")];
  };
  assert.deepEqual(await get("bytes=2-4"), [206, "bytes 2-4/8", "345"]);
  assert.deepEqual(await get("bytes=6-"), [206, "bytes 6-7/8", "78"]);
  assert.deepEqual(await get("bytes=-3"), [206, "bytes 5-7/8", "678"]);
  assert.deepEqual(await get("bytes=4-99"), [206, "bytes 4-7/8", "5678"]);
  assert.deepEqual(await get("bytes=8-"), [416, "bytes */8", ""]);
  assert.deepEqual(await get("bytes=-0"), [416, "bytes */8", ""]);
  assert.deepEqual(await get("bytes=5-3"), [200, null, "12345678"]);
  assert.deepEqual(await get("items=1-2"), [200, null, "12345678"]);
  assert.deepEqual(await get("", "HEAD"), [200, null, ""]);
  assert.equal((await sandbox.request("/files/none.mp4")).status, 404);
});

test("options are checked before any is set", async () => {
  const sandbox = inProcess();
  for (const wrong of [{ list: false, speed: 0 }, { findByPath: "yes" }, { taskSeconds: [5, 1] }, { nonsense: 1 }, { allowRemote: true }, { limits: { maxSeconds: "x" } }]) {
    assert.equal((await sandbox.post("/_sandbox/options", wrong)).status, 400, JSON.stringify(wrong));
  }
  assert.deepEqual((await body(await sandbox.request("/_sandbox/options"))).list, true);
  assert.equal((await sandbox.request("/_sandbox/nothing")).status, 404);
});

test("the same seed gives the same ids and times", async () => {
  const run = async (/** @type {number} */ seed) => {
    const sandbox = inProcess({ seed, options: { taskSeconds: [20, 40] } });
    const { task_id } = await created(sandbox);
    await sandbox.clock.advance(41_000);
    const { data } = await body(await sandbox.read(task_id));
    return `${task_id} ${data.updated_at}`;
  };
  assert.equal(await run(3), await run(3));
  assert.notEqual(await run(3), await run(4));
});

test("it lives below any path", async () => {
  const sandbox = inProcess({ basePath: "/demo/sandbox" });
  const response = await sandbox.post(`/demo/sandbox${CREATE_PATH}`, { image: IMAGE, sound_file: SOUND, prompt: "x" });
  const { task_id } = (await body(response)).data;
  await sandbox.clock.advance(31_000);
  const { data } = await body(await sandbox.request(`/demo/sandbox${CREATE_PATH}/${task_id}`));
  const [{ url }] = data.task_result.videos;
  assert.ok(url.startsWith(`${ORIGIN}/demo/sandbox/files/`));
  assert.equal((await sandbox.request(new URL(url).pathname)).status, 200);
  assert.equal((await sandbox.request(CREATE_PATH)).status, 404);
});
