import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { after, before, test } from "node:test";
import { environment, mainPaths, startProgram, startService } from "./main-paths.mjs";
import { KEY, ORIGIN, SECRET, formOf, startStand } from "./stand.mjs";
import { ROOT } from "../../npm/setup/paths.mjs";
import { exampleWorker, startWorkers } from "../../npm/gateway/worker.mjs";

let sandbox;

before(async () => {
  sandbox = await startService();
});
after(() => sandbox.close());

test("the example of plain Node, in memory: main paths", async () => {
  const env = { ...environment(sandbox), PORT: "0" };
  const { url, stop } = await startProgram(process.execPath, ["examples/node/server.mjs"], { cwd: ROOT, env });
  try {
    await mainPaths(url, sandbox);
    for (const [method, path] of [["GET", "//"], ["TRACE", "/avatar/health"], ["POST", "http://[/avatar/tasks"]]) {
      assert.equal(await statusOf(url, method, path), 400, `${method} ${path}`);
    }
    assert.equal((await fetch(`${url}/health`)).status, 200);
  } finally {
    stop();
  }
});

/** Of a request that fetch would not send. */
function statusOf(url, method, path) {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    httpRequest({ port, path, method }, (response) => resolve(response.resume().statusCode)).on("error", reject).end();
  });
}

test("the example of plain Node ends the transfer of a video whose visitor has gone", async () => {
  let ended;
  const end = new Promise((resolve) => (ended = resolve));
  const service = createServer((request, response) => {
    if (request.url === "/endless") return endless(response.on("close", ended));
    const videos = [{ id: "v", url: `http://127.0.0.1:${service.address().port}/endless`, duration: "7.8" }];
    const data = { task_id: "7", task_status: "succeed", task_result: { videos } };
    request.resume().on("end", () => response.setHeader("content-type", "application/json").end(JSON.stringify({ code: 0, message: "SUCCEED", request_id: "r", data })));
  }).listen(0, "127.0.0.1");
  await once(service, "listening");
  const env = { ...environment({ url: `http://127.0.0.1:${service.address().port}` }), PORT: "0" };
  const { url, stop } = await startProgram(process.execPath, ["examples/node/server.mjs"], { cwd: ROOT, env });
  try {
    const { taskId } = await (await fetch(`${url}/tasks`, { method: "POST", body: formOf(), headers: { origin: ORIGIN } })).json();
    const { body } = await fetch(`${url}/tasks/${taskId}/video`);
    const reader = body.getReader();
    await reader.read();
    await reader.cancel();
    await end;
  } finally {
    stop();
    service.close();
    service.closeAllConnections();
  }
});

function endless(response) {
  response.writeHead(200, { "content-type": "video/mp4" });
  const more = () => {
    while (response.writable && response.write(Buffer.alloc(65_536)));
  };
  response.on("drain", more);
  more();
}

test("the example of Workers, in its Durable Objects: main paths", async () => {
  const running = await startWorkers([await exampleWorker("workers", environment(sandbox))]);
  try {
    await mainPaths(`${running.url}/avatar`, sandbox);
  } finally {
    await running.close();
  }
});

test("a gateway whose settings are not complete answers nothing, and says why in the log without a value", async () => {
  for (const [name, options] of Object.entries({
    "no key": { apiKey: undefined }, "a placeholder": { apiKey: "sk-your-key-here" }, "no secret": { tokenSecret: undefined },
    "a short secret": { tokenSecret: "short" }, "no origins": { allowedOrigins: "" }, "a star": { allowedOrigins: "*" },
    "a wrong address": { publicUrl: "avatar" }, "a wrong base path": { basePath: "avatar" },
  })) {
    const stand = await startStand({ options });
    try {
      for (const [method, path] of [["GET", "/health"], ["POST", "/tasks"], ["GET", "/tasks/a.b"], ["OPTIONS", "/tasks"], ["POST", "/callbacks/a.b"]]) {
        const { status, body, headers, text } = await stand.send(path, { method });
        assert.deepEqual([status, body?.error?.code], [503, "configuration"], `${name} ${method} ${path}: ${text}`);
        assert.equal(headers.get("access-control-allow-origin"), null);
        assert.equal(body.error.message, "The gateway is not set up.");
      }
      const log = stand.events.join("\n");
      assert.match(log, /"message":"[^"]+","code":"configuration"/, name);
      for (const secret of [KEY, SECRET, "short", "sk-your"]) assert.ok(!log.includes(`"${secret}`) && !log.includes(` ${secret} `), name);
      assert.equal(stand.sandbox.ledger.read().totals.tasks, 0);
    } finally {
      await stand.close();
    }
  }
});

test("secrets are rotated: the newest signs, the old ones are still taken until they go", async () => {
  const NEW = "Zq8vT1nB6yWc3LhXk0RmJ5uPdEaGfSoI";
  const { createGateway } = await import("../../dist/gateway-node.js");
  const base = { apiKey: KEY, baseUrl: sandbox.url, allowedOrigins: ORIGIN };
  const gatewayOf = (tokenSecret) => createGateway({ ...base, tokenSecret, onEvent: () => {} });
  const ask = (gateway, path, init) => gateway.fetch(new Request(`https://gateway.example/avatar${path}`, { ...init, headers: { origin: ORIGIN } }));
  const { taskId } = await (await ask(gatewayOf(SECRET), "/tasks", { method: "POST", body: formOf() })).json();
  const both = gatewayOf([NEW, SECRET]);
  const read = await (await ask(both, `/tasks/${taskId}`)).json();
  assert.notEqual(read.taskId, taskId);
  assert.equal((await ask(gatewayOf(NEW), `/tasks/${read.taskId}`)).status, 200);
  assert.equal((await ask(gatewayOf(NEW), `/tasks/${taskId}`)).status, 404);
  assert.equal((await ask(gatewayOf(SECRET), `/tasks/${read.taskId}`)).status, 404);
});

test("options may be functions of the environment, which is read anew for each request", async () => {
  const { createGateway } = await import("../../dist/gateway-node.js");
  const gateway = createGateway({
    apiKey: (env) => env.KEY, allowedOrigins: async (env) => env.ORIGINS, tokenSecret: (env) => env.SECRET, baseUrl: sandbox.url, onEvent: () => {},
  });
  const health = async (env) => (await gateway.fetch(new Request("https://gateway.example/avatar/health"), env)).status;
  assert.equal(await health({ KEY, ORIGINS: ORIGIN, SECRET }), 200);
  assert.equal(await health({ KEY, ORIGINS: ORIGIN }), 503);
  assert.equal(await health(undefined), 503);
  assert.equal(await health({ KEY, ORIGINS: `${ORIGIN}, https://other.example`, SECRET }), 200);
});

test("a store or a check that fails lets nothing through, and its words stay in the log", async () => {
  const { createGateway } = await import("../../dist/gateway-node.js");
  const broken = () => Promise.reject(Object.assign(new Error("connect ECONNREFUSED 10.0.0.5:6379"), { code: "ECONNREFUSED" }));
  const base = { apiKey: KEY, baseUrl: sandbox.url, allowedOrigins: ORIGIN, tokenSecret: SECRET };
  const before = sandbox.ledger.read().totals.tasks;
  for (const options of [{ store: { apply: broken, wait: broken } }, { authorize: broken }, { limiter: { limit: broken } }]) {
    const events = [];
    const gateway = createGateway({ ...base, ...options, onEvent: (event) => events.push(event) });
    const response = await gateway.fetch(new Request("https://gateway.example/avatar/tasks", { method: "POST", body: formOf(), headers: { origin: ORIGIN } }));
    const text = await response.text();
    assert.deepEqual([response.status, JSON.parse(text).error.code], [500, "server"], text);
    assert.ok(!text.includes("10.0.0.5") && !text.includes("ECONN"), text);
    assert.match(events[0].message, /ECONNREFUSED/);
  }
  const nobody = createGateway({ ...base, allowMissingOrigin: true, onEvent: () => {} });
  assert.equal((await nobody.fetch(new Request("https://gateway.example/avatar/health"))).status, 503);
  assert.equal(sandbox.ledger.read().totals.tasks, before);
});

/** The in-memory ledger, whose first event is held until it is let go of. */
async function holdingStore() {
  const { memoryStore } = await import("../../dist/gateway-node.js");
  const store = memoryStore();
  const whenHeld = {};
  const held = new Promise((resolve) => (whenHeld.tell = resolve));
  const released = new Promise((resolve) => (whenHeld.letGo = resolve));
  let isFirst = true;
  const apply = async (...event) => {
    if (isFirst) await (isFirst = false, whenHeld.tell(), released);
    return store.apply(...event);
  };
  return { store: { ...store, apply }, held, letGo: whenHeld.letGo };
}

test("a place of an upload whose request never comes to its end is free again in time", async () => {
  const { createGateway } = await import("../../dist/gateway-node.js");
  const { store, held } = await holdingStore();
  const gateway = createGateway({
    apiKey: KEY, baseUrl: sandbox.url, allowedOrigins: ORIGIN, tokenSecret: SECRET, store,
    uploadsAtOnce: 1, bodyTimeoutMs: 500, createTimeoutMs: 1000, onEvent: () => {},
  });
  const create = () => gateway.fetch(new Request("https://gateway.example/avatar/tasks", { method: "POST", body: formOf(), headers: { origin: ORIGIN } }));
  void create();
  await held;
  assert.equal((await create()).status, 201);
});

test("files in JSON take two places of uploads, and what is small takes one", async (t) => {
  const { createGateway } = await import("../../dist/gateway-node.js");
  for (const [padding, waits] of [[2 << 20, true], [0, false]]) {
    const { store, held, letGo } = await holdingStore();
    const gateway = createGateway({ apiKey: KEY, baseUrl: sandbox.url, allowedOrigins: ORIGIN, tokenSecret: SECRET, store, uploadsAtOnce: 2, onEvent: () => {} });
    const body = JSON.stringify({ prompt: "A woman speaks", image: `${sandbox.url}/a.jpg`, soundFile: `${sandbox.url}/a.mp3` }) + " ".repeat(padding);
    const headers = { origin: ORIGIN, "content-type": "application/json", "content-length": String(body.length) };
    const create = async () => (await gateway.fetch(new Request("https://gateway.example/avatar/tasks", { method: "POST", body, headers }))).status;
    const first = create();
    await held;
    const looksAgain = new Promise((resolve) => {
      const { setTimeout } = globalThis;
      t.mock.method(globalThis, "setTimeout", (work, ms) => {
        if (ms >= 20 && ms <= 50) resolve("waits");
        return setTimeout(work, ms);
      });
    });
    const second = create();
    assert.equal(await Promise.race([looksAgain, second]), waits ? "waits" : 201);
    t.mock.restoreAll();
    letGo();
    assert.deepEqual(await Promise.all([first, second]), [201, 201]);
  }
});

test("a listener of events that throws or rejects goes to the console, and the gateway answers", async (t) => {
  const { createGateway } = await import("../../dist/gateway-node.js");
  const told = [];
  t.mock.method(console, "error", (_, error) => told.push(error.message));
  const throws = () => { throw new Error("thrown"); };
  const rejects = async () => { throw new Error("rejected"); };
  for (const onEvent of [throws, rejects]) {
    const gateway = createGateway({ apiKey: KEY, baseUrl: sandbox.url, allowedOrigins: ORIGIN, tokenSecret: SECRET, onEvent });
    assert.equal((await gateway.fetch(new Request("https://gateway.example/avatar/health"))).status, 200);
  }
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(told, ["thrown", "rejected"]);
});
