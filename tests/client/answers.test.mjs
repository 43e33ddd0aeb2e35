import { openTimers } from "./globals.mjs";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { after, test } from "node:test";
import { writeChunk } from "../sandbox/drain.mjs";
import { AvatarClient } from "../../dist/node.js";
import { clientOf, failure, input, quickSandbox, until } from "./stand.mjs";

const MANY = 100 * 1024 * 1024;

/** A service that answers the requests of `garbled` with 100 MB, and tells how many bytes it got rid of. */
async function flood() {
  const chunk = Buffer.alloc(65_536, "{");
  const state = { written: 0, closed: 0 };
  const server = createServer(async (request, response) => {
    request.resume();
    response.on("close", () => state.closed++);
    response.on("error", () => {});
    response.writeHead(200, { "content-type": "application/json" });
    for (let at = 0; at < MANY && (await writeChunk(response, chunk)); at += chunk.length) state.written += chunk.length;
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => { server.closeAllConnections(); server.close(); });
  return { url: `http://127.0.0.1:${server.address().port}`, ...state, state };
}

for (const [name, start, code] of [
  ["createTask", (client) => client.createTask(input()), "submission_unknown"],
  ["getTask", (client) => client.getTask("1"), "invalid_response"],
  ["synthesizeSpeech", (client) => client.synthesizeSpeech({ text: "a", voiceId: "b", voiceLanguage: "en" }), "invalid_response"],
]) {
  test(`${name} reads no more than a little of 100 MB of garbage`, async () => {
    const service = await flood();
    const before = process.memoryUsage().arrayBuffers;
    const error = await failure(start(clientOf(service, { retry: { maxAttempts: 1 } })));
    assert.equal(error.code, code);
    const answers = Math.max(1, service.state.closed);
    assert.ok(service.state.written / answers < 30 * 1024 * 1024, `${service.state.written} bytes in ${answers} answers`);
    assert.ok(process.memoryUsage().arrayBuffers - before < 60 * 1024 * 1024);
    assert.equal(openTimers(), 0);
  });
}

const sandbox = await quickSandbox();

test("what the service says arrives with its code, its status, its own code and its request id", async () => {
  const table = [
    [{ status: 401, code: 1000 }, "authentication"],
    [{ status: 403, code: 1103 }, "permission"],
    [{ status: 429, code: 1101 }, "insufficient_balance"],
    [{ status: 400, code: 1301 }, "content_policy"],
    [{ status: 400, code: 1201 }, "invalid_request"],
    [{ status: 404, code: 1203 }, "not_found"],
    [{ status: 429, code: 1302, times: 9, headers: { "retry-after": "0.01" } }, "rate_limited"],
    [{ status: 503, code: 5001, times: 9 }, "server"],
  ];
  for (const [fault, code] of table) {
    sandbox.reset();
    await sandbox.faults.add([{ on: "read", action: "status", ...fault }]);
    const error = await failure(clientOf(sandbox).getTask("123456789012345678"));
    assert.deepEqual([error.code, error.status, error.apiCode, typeof error.requestId], [code, fault.status, fault.code, "string"]);
    assert.equal(error.retryAfterMs, fault.headers ? 10 : undefined);
    assert.equal(sandbox.ledger.read().requests.read, fault.times ? 4 : 1);
    assert.equal(error.taskId, "123456789012345678");
  }
});

test("a read that fails in every way that may pass loses no task", async () => {
  sandbox.reset();
  const ways = [{ action: "drop" }, { action: "drop", when: "after", reset: true }, { action: "truncate" }, { action: "html", status: 200 }, { action: "html", status: 502 },
    { action: "garbage", bytes: 5_000_000 }, { action: "redirect", status: 302 }, { action: "status", status: 200, body: "" }, { action: "status", status: 404, code: 1203 },
    { action: "status", status: 524, body: "" }, { action: "status", status: 429, code: 1302 }, { action: "status", status: 500, code: 5000 }];
  await sandbox.faults.add(ways.map((way) => ({ on: "read", ...way })));
  const video = await clientOf(sandbox).generate(input());
  assert.equal(video.durationSeconds, 2.5);
  assert.equal(sandbox.ledger.faults.length, ways.length, "each of them struck");
  assert.equal(sandbox.ledger.read().totals.tasks, 1);
});

test("a deadline while reads fail carries the task's id, and another client finishes the job", async () => {
  sandbox.reset();
  await sandbox.faults.add([{ on: "read", action: "drop", times: 100_000 }]);
  const error = await failure(clientOf(sandbox).generate(input(), { timeoutMs: 500 }));
  assert.equal(error.code, "timeout");
  assert.equal(error.taskId, sandbox.ledger.creates[0].taskId);
  sandbox.faults.clear();
  assert.equal((await clientOf(sandbox).waitForTask(error.taskId)).durationSeconds, 2.5);
});

test("findTask finds what a crash left behind, on every kind of service, and knows what it does not know", async () => {
  for (const [offer, absent] of [[{}, true], [{ findByPath: false, findByQuery: "list" }, true], [{ findByPath: false, findByQuery: "ignored" }, true],
    [{ findByPath: false, findByQuery: false }, true], [{ findByQuery: false, list: false }, false]]) {
    const service = await quickSandbox({ unknownPath: "html", ...offer });
    const client = clientOf(service);
    const { taskId } = await client.createTask(input({ externalTaskId: "order-1" }));
    assert.equal((await clientOf(service).findTask("order-1")).taskId, taskId, JSON.stringify(offer));
    if (absent) assert.equal(await clientOf(service).findTask("order-2"), undefined, JSON.stringify(offer));
    else assert.ok((await failure(clientOf(service).findTask("order-2"))).code);
    // A client that knows one id of the account can tell a no from a service that knows none.
    assert.equal(await client.findTask("order-2"), undefined, JSON.stringify(offer));
  }
  const closed = await quickSandbox({ findByPath: false, findByQuery: false, list: false });
  await clientOf(closed).createTask(input({ externalTaskId: "order-1" }));
  for (const unknownPath of ["html", "redirect", "comet", "kling"]) {
    closed.options.unknownPath = unknownPath;
    const { code, externalTaskId } = await failure(clientOf(closed).findTask("order-1"));
    assert.deepEqual([code, externalTaskId], ["invalid_response", "order-1"], unknownPath);
  }
});

test("what a listener of the progress throws or rejects with goes to the console, and the call goes on", async (t) => {
  sandbox.reset();
  const told = [];
  t.mock.method(console, "error", (error) => told.push(error.message));
  const throws = () => { throw new Error("thrown"); };
  const rejects = async () => { throw new Error("rejected"); };
  for (const onProgress of [throws, rejects]) {
    assert.equal((await clientOf(sandbox).generate(input(), { onProgress })).durationSeconds, 2.5);
  }
  assert.deepEqual([...new Set(told)], ["thrown", "rejected"]);
});

test("a call without files that takes too long does not speak of files", async () => {
  const client = clientOf(sandbox, { fetch: () => new Promise(() => {}) });
  for (const ended of [client.getTask("1", { timeoutMs: 0 }), client.findTask("1", { timeoutMs: 0 })]) {
    const { code, message } = await failure(ended);
    assert.equal(code, "timeout");
    assert.doesNotMatch(message, /files/);
  }
});

for (const type of ["text/html; charset=utf-8", "Text/HTML", "application/json", "text/plain", "video/mp4", "binary/octet-stream"]) {
  test(`download takes what comes as ${type} for ${/^(video|binary)/.test(type) ? "a" : "no"} video`, async () => {
    const fetch = async () => new Response("contents", { headers: { "content-type": type } });
    const outcome = clientOf({ url: "https://api.example" }, { fetch }).download({ url: "https://files.example/1.mp4" });
    if (/^(video|binary)/.test(type)) assert.equal((await outcome).type, type);
    else assert.equal((await failure(outcome)).code, "invalid_response");
  });
}

test("a part of a video that was asked for whole is no video", async () => {
  const fetch = async () => new Response("contents", { status: 206, headers: { "content-type": "video/mp4", "content-range": "bytes 0-7/20" } });
  const error = await failure(clientOf({ url: "https://api.example" }, { fetch }).download({ url: "https://files.example/1.mp4" }));
  assert.deepEqual([error.code, error.status], ["invalid_response", 206]);
});

test("what cannot be an id is told by what is wrong with it", async () => {
  const client = clientOf(sandbox);
  const table = [[undefined, "missing"], [null, "missing"], ["", "empty"], [5, "unsupported_type"], [{}, "unsupported_type"], ["..", "invalid_value"], ["a\nb", "invalid_value"]];
  for (const [id, code] of table) {
    const watched = async () => { for await (const task of client.watchTask(id)) assert.fail(task.status); };
    for (const [field, call] of [["taskId", client.getTask(id)], ["taskId", client.waitForTask(id)], ["taskId", watched()], ["externalTaskId", client.findTask(id)]]) {
      const { problems } = await failure(call);
      assert.deepEqual(problems.map((problem) => [problem.field, problem.code]), [[field, code]]);
    }
  }
});

test("an address may hold what the platform leaves in it", async () => {
  const url = new URL("https://files.example/a|b/1.mp4?signature={c}^`d");
  const fetch = async (asked) => new Response(String(asked), { headers: { "content-type": "video/mp4" } });
  const client = clientOf({ url: "https://api.example" }, { fetch });
  assert.equal(await (await client.download({ url: url.href })).text(), url.href);
  const { problems } = await client.validate({ prompt: "A woman speaks", image: url, soundFile: url, callbackUrl: url });
  assert.deepEqual(problems, []);
});

test("retries without end are made until one succeeds", async () => {
  sandbox.reset();
  await sandbox.faults.add([{ on: "read", action: "status", status: 503, code: 5001, times: 9 }]);
  const { taskId } = await clientOf(sandbox).createTask(input());
  await clientOf(sandbox, { retry: { maxAttempts: Infinity, minDelayMs: 1, maxDelayMs: 5 } }).getTask(taskId);
});

test("a deadline that never comes ends no call", async () => {
  sandbox.reset();
  const { taskId } = await clientOf(sandbox).createTask(input());
  await sandbox.faults.add([{ on: "read", action: "status", status: 503, code: 5001 }]);
  const controller = new AbortController();
  const patient = clientOf(sandbox, { poll: { timeoutMs: Infinity }, retry: { minDelayMs: 1e12 } });
  const error = failure(patient.getTask(taskId, { signal: controller.signal }));
  await until(() => sandbox.ledger.faults.length > 0);
  for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  assert.equal((await error).code, "aborted");
});

test("what stands beside a success without saying anything does not make it a failure", async () => {
  const task = { task_id: "1", task_status: "submitted" };
  for (const error of ["", {}, [], 0, null, false, { code: 0, message: "" }]) {
    const fetch = async () => Response.json({ code: 0, error, data: task });
    assert.equal((await clientOf(sandbox, { fetch }).getTask("1")).taskId, "1", JSON.stringify(error));
  }
  for (const error of ["no", { message: "no" }, { code: "no" }, 7, true]) {
    const fetch = async () => Response.json({ code: 0, error, data: task });
    assert.notEqual((await failure(clientOf(sandbox, { fetch, retry: { maxAttempts: 1 } }).getTask("1"))).code, "invalid_response", JSON.stringify(error));
  }
});

test("a time that no Date holds is left out", async () => {
  const fetch = async () => Response.json({ code: 0, data: { task_id: "1", task_status: "submitted", created_at: 1e17, updated_at: 5 } });
  const task = await clientOf(sandbox, { fetch }).getTask("1");
  assert.deepEqual([task.createdAt, task.updatedAt], [undefined, new Date(5)]);
});

test("only a gateway's own word says that there is no such task", async () => {
  const find = (body) => new AvatarClient({ gatewayUrl: "https://gateway.example/avatar", fetch: async () => Response.json(body, { status: 404 }) }).findTask("own-1");
  for (const body of [{ message: "Not Found" }, { statusCode: 404, error: "Not Found" }, { error: "not found" }]) {
    assert.equal((await failure(find(body))).code, "invalid_response", JSON.stringify(body));
  }
  assert.equal(await find({ error: { code: "not_found", message: "There is no such task.", status: 404 } }), undefined);
});
