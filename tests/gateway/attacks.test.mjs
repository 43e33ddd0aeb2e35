import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { IMAGE, INPUT, KEY, ORIGIN, SECRET, SOUND, formOf, refusals, send, startStand } from "./stand.mjs";

let stand;
let refused;
let task;
const alice = { "x-user": "alice" };

before(async () => {
  stand = await startStand({ options: { users: true, credentials: true, bodyIdleMs: 700, bodyTimeoutMs: 1500 } });
  refused = refusals(stand);
  task = (await post(formOf(), alice)).body;
});
after(() => stand.close());

const post = (body, headers, path = "/tasks") => send(`${stand.url}${path}`, { method: "POST", body, headers });
const json = (value) => [JSON.stringify(value), { ...alice, "content-type": "application/json" }];
const charged = () => stand.sandbox.ledger.read().totals.tasks;

for (const origin of [
  "https://shop.example.evil.test", "https://evilshop.example", "https://sub.shop.example", "http://shop.example",
  "https://shop.example:444", "https://shop.example/", "https://SHOP.example", "null", "https://evil.test", "*",
]) {
  test(`origin ${JSON.stringify(origin)} is refused, for creates, reads and preflights`, async () => {
    const before = charged();
    for (const [method, path] of [["POST", "/tasks"], ["POST", "/speech"], ["GET", `/tasks/${task.taskId}`], ["GET", `/tasks/${task.taskId}/video`], ["OPTIONS", "/tasks"]]) {
      const body = method === "POST" ? formOf() : undefined;
      const { headers } = await refused(send(`${stand.url}${path}`, { method, body, headers: { ...alice, origin } }), 403, "permission", before);
      assert.equal(headers.get("access-control-allow-origin"), null);
      assert.equal(headers.get("access-control-allow-credentials"), null);
    }
  });
}

test("a create without an origin is refused", async () => {
  const before = charged();
  const response = await fetch(`${stand.url}/tasks`, { method: "POST", body: formOf(), headers: alice });
  assert.deepEqual([response.status, (await response.json()).error.code], [403, "permission"]);
  assert.equal(charged(), before);
});

test("a page that is not served cannot embed a video", async () => {
  const url = `${stand.url}/tasks/${task.taskId}/video`;
  for (const headers of [{ "sec-fetch-site": "cross-site" }, { referer: "https://evil.test/" }, { referer: `https://evil.test/?${ORIGIN}/` }]) {
    const response = await fetch(url, { headers: { ...alice, ...headers } });
    assert.equal(response.status, 403, JSON.stringify(headers));
    await response.body.cancel();
  }
});

test("the allowed page is told so exactly, with credentials, and never with a star", async () => {
  const { headers } = await send(`${stand.url}/tasks/${task.taskId}`, { headers: alice });
  assert.equal(headers.get("access-control-allow-origin"), ORIGIN);
  assert.equal(headers.get("access-control-allow-credentials"), "true");
  const preflight = await send(`${stand.url}/tasks`, { method: "OPTIONS", headers: { "access-control-request-method": "POST", "access-control-request-headers": "x-evil" } });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get("access-control-allow-origin"), ORIGIN);
  assert.ok(!/x-evil|\*/.test(preflight.headers.get("access-control-allow-headers")));
  assert.match(preflight.headers.get("vary"), /Access-Control-Request-Headers/);
});

test("another subject's id is not taken over: each has its own task", async () => {
  const id = "order-1";
  const first = await post(formOf({ ...INPUT, externalTaskId: id }), alice);
  const second = await post(formOf({ ...INPUT, externalTaskId: id }), { "x-user": "mallory" });
  assert.deepEqual([first.status, second.status], [201, 201]);
  assert.notEqual(stand.sandbox.ledger.read().creates.at(-1).taskId, stand.sandbox.ledger.read().creates.at(-2).taskId);
});

test("traversal and encoded slashes in ids lead nowhere", async () => {
  const before = charged();
  const reads = stand.sandbox.ledger.read().requests.read ?? 0;
  for (const path of [
    "/tasks/..%2f..%2fkling", "/tasks/%2e%2e%2f%2e%2e", "/tasks/a.b%2fvideo", "/tasks/a.b%5c..", "/tasks/%00", "/tasks//", "/tasks/a.b/video/..%2f",
    `/tasks/${task.taskId}%2fvideo`, `/tasks/${task.taskId}%0d%0aX-Evil:1`, "/../tasks/a", "/tasks/.%2e/x", "/kling/v1/videos/avatar/image2video",
  ]) await refused(raw(`/avatar${path}`), 404, "not_found", before);
  assert.equal(stand.sandbox.ledger.read().requests.read ?? 0, reads);
});

/** Sends a path as it is, which fetch would tidy up. */
function raw(path, { method = "GET", headers = {} } = {}) {
  const { port } = new URL(stand.url);
  return new Promise((resolve, reject) => {
    httpRequest({ port, path, method, headers: { origin: ORIGIN, ...alice, ...headers } }, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode, headers: new Headers(response.headers), text, body: JSON.parse(text) });
    }).on("error", reject).end();
  });
}

test("line breaks in ids and fields never reach a header or a path of the service", async () => {
  const before = charged();
  for (const id of ["a\r\nX-Evil: 1", "a\nb", "\u0000", "a\u0085b", "x".repeat(201), "\ud800"]) {
    await refused(post(...json({ image: IMAGE.toString("base64"), audioId: "1", prompt: "a", externalTaskId: id })), 422, "invalid_input", before);
  }
  const { headers } = await send(`${stand.url}/tasks/${encodeURIComponent("a.b\r\nX-Evil: 1")}`, { headers: alice });
  assert.equal(headers.get("x-evil"), null);
});

test("what a body declares proves nothing: 20 MB are cut off wherever they are too many", async () => {
  const before = charged();
  const twenty = Buffer.alloc(20 << 20, "\r");
  const form = formOf({ ...INPUT, image: twenty });
  await refused(post(form, alice), 413, "invalid_request", before);
  const { received, status } = await chunked(Buffer.from(await new Response(form).arrayBuffer()), form);
  assert.equal(status, 413);
  assert.ok(received > 0);
  assert.equal(charged(), before);
});

/** Sends 20 MB in chunks, without a length, until the gateway has had enough. */
async function chunked(bytes) {
  const boundary = bytes.subarray(2, bytes.indexOf("\r\n")).toString();
  const { port } = new URL(stand.url);
  let received = 0;
  let status;
  const headers = { origin: ORIGIN, ...alice, "content-type": `multipart/form-data; boundary=${boundary}`, "transfer-encoding": "chunked" };
  const sending = httpRequest({ port, path: "/avatar/tasks", method: "POST", headers }, (response) => {
    status = response.statusCode;
    response.resume();
  });
  // However the connection ends: it may be cut within the answer, which neither ends it nor is an error of the request.
  const closed = new Promise((resolve) => sending.on("error", () => {}).once("close", resolve));
  for (let at = 0; at < bytes.length && status === undefined && !sending.destroyed; at += 65_536) {
    if (!sending.write(bytes.subarray(at, at + 65_536))) await Promise.race([closed, new Promise((go) => sending.once("drain", go))]);
    received = at;
    await sleep(1);
  }
  sending.end();
  await closed;
  return { received, status };
}

test("a length that lies makes nothing out of the rest", async () => {
  const before = charged();
  const form = Buffer.from(await new Response(formOf()).arrayBuffer());
  const boundary = form.subarray(2, form.indexOf("\r\n")).toString();
  const head = ["POST /avatar/tasks HTTP/1.1", "Host: a", `Origin: ${ORIGIN}`, "X-User: alice", `Content-Type: multipart/form-data; boundary=${boundary}`, "Content-Length: 1024", "Connection: close", "", ""].join("\r\n");
  const answer = await overSocket([Buffer.from(head), form]);
  assert.match(answer, /^HTTP\/1.1 400 /);
  assert.equal(charged(), before);
});

test("a slow body is given up", async () => {
  const before = charged();
  const head = ["POST /avatar/tasks HTTP/1.1", "Host: a", `Origin: ${ORIGIN}`, "X-User: alice", "Content-Type: multipart/form-data; boundary=a", "Content-Length: 100000", "", ""].join("\r\n");
  assert.match(await overSocket([Buffer.from(head), Buffer.from("--a\r\n")]), /^HTTP\/1.1 408 [^]*"code":"timeout"/);
  const drip = async function* () {
    yield Buffer.from(head);
    for (;;) {
      yield Buffer.from("-");
      await sleep(200);
    }
  };
  assert.match(await overSocket(drip()), /^HTTP\/1.1 4(08|00) /);
  assert.equal(charged(), before);
});

async function overSocket(pieces) {
  const socket = connect(Number(new URL(stand.url).port), "127.0.0.1");
  let text = "";
  const answered = new Promise((resolve) => {
    socket.on("data", (data) => { text += data; if (text.includes("}}")) resolve(); }).on("close", resolve).on("error", resolve);
  });
  (async () => {
    for await (const piece of pieces) {
      if (socket.destroyed || text !== "") return;
      socket.write(piece);
    }
  })();
  await answered;
  socket.destroy();
  return text;
}

test("JSON bombs, wrong types and fields that nobody knows are refused", async () => {
  const before = charged();
  const type = { ...alice, "content-type": "application/json" };
  await refused(post("[".repeat(200_000), type), 400, "invalid_request", before);
  await refused(post(`{"prompt":${"[".repeat(5000)}${"]".repeat(5000)}}`, type), 422, "invalid_input", before);
  await refused(post(`{"a":"${"x".repeat(9 << 20)}"}`, type), 413, "invalid_request", before);
  const endless = new Blob([`{"a":"${"x".repeat(9 << 20)}"}`]).stream();
  await refused(send(`${stand.url}/tasks`, { method: "POST", body: endless, duplex: "half", headers: type }), 413, "invalid_request", before);
  await refused(post("{\"prompt\":\"\\ud800\"", type), 400, "invalid_request", before);
  await refused(post(Buffer.from([0xff, 0xfe, 0x7b]), type), 400, "invalid_request", before);
  for (const value of ["[]", "null", "1", "\"a\"", ""]) await refused(post(value, type), 400, "invalid_request", before);
  await refused(post(...json({ prompt: "a", image: "aaaa", audioId: "1", apiKey: "sk-mine" })), 422, "invalid_request", before);
  await refused(post("{\"__proto__\":{\"prompt\":\"a\"}}", type), 422, "invalid_request", before);
  await refused(post("a=b", { ...alice, "content-type": "application/x-www-form-urlencoded" }), 415, "invalid_request", before);
});

test("polyglot and disguised files are refused by their contents", async () => {
  const before = charged();
  const html = Buffer.from("<!doctype html><script>alert(1)</script>");
  const gif = Buffer.concat([Buffer.from("GIF89a"), IMAGE]);
  const svg = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>");
  for (const image of [html, gif, svg, SOUND, IMAGE.subarray(0, 50)]) await refused(post(formOf({ ...INPUT, image }), alice), 422, "invalid_input", before);
  for (const soundFile of [html, IMAGE, Buffer.concat([Buffer.from("PK\u0003\u0004"), SOUND.subarray(0, 1000)])]) {
    await refused(post(formOf({ ...INPUT, soundFile }), alice), 422, "invalid_input", before);
  }
});

test("callback URLs, extra fields and headers of a page are not forwarded", async () => {
  const before = charged();
  const url = "https://evil.test/hook";
  await refused(post(formOf({ ...INPUT, callbackUrl: url }), alice), 422, "invalid_input", before);
  for (const extra of [{ watermark_info: { enabled: false } }, { callback_url: url }, [], "a"]) {
    await refused(post(formOf({ ...INPUT, extra }), alice), 422, "invalid_input", before);
  }
  await post(formOf(), { ...alice, authorization: "Bearer sk-of-the-page", cookie: "a=b" });
  const charge = stand.sandbox.ledger.read().creates.at(-1);
  assert.equal(charge.key, stand.sandbox.ledger.read().creates[0].key);
  assert.equal(charge.fields.callback_url, undefined);
});

test("no address that a page gives is ever fetched by the gateway", async () => {
  const { createServer } = await import("node:http");
  const hits = [];
  const trap = createServer((request, response) => { hits.push(`${request.method} ${request.url} ${request.headers["user-agent"] ?? ""}`); response.end("x"); }).listen(0, "127.0.0.1");
  await new Promise((listening) => trap.once("listening", listening));
  const url = `http://127.0.0.1:${trap.address().port}/a.jpg`;
  await send(`${stand.url}/tasks/${task.taskId}/video?url=${url}&index=${url}`, { headers: alice });
  await send(`${stand.url}/tasks/${task.taskId}/video?index=-1`, { headers: alice });
  await send(`${stand.url}/tasks/${task.taskId}/video?index=__proto__`, { headers: alice });
  assert.deepEqual(hits, []);
  trap.close();
});

test("wrong methods and double headers are refused", async () => {
  const before = charged();
  for (const [method, path] of [["DELETE", "/tasks"], ["PUT", `/tasks/${task.taskId}`], ["POST", `/tasks/${task.taskId}`], ["GET", "/speech"], ["GET", "/callbacks/a.b"]]) {
    const { headers } = await refused(send(`${stand.url}${path}`, { method, headers: alice }), method === "GET" && path === "/speech" ? 405 : 405, "invalid_request", before);
    assert.ok(headers.get("allow"));
  }
  await refused(post(formOf({ ...INPUT, externalTaskId: "order-2" }), { ...alice, "idempotency-key": "order-3" }), 422, "invalid_request", before);
});

test("no event names a key, a secret, a token or an origin's cookie", async () => {
  await sleep(100);
  const text = stand.events.join("\n");
  assert.ok(stand.events.length > 50);
  for (const secret of [KEY, SECRET, task.taskId, task.taskId.split(".")[1]]) assert.ok(!text.includes(secret), secret);
});
