import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { accessSync, constants, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { INPUT, KEY, ORIGIN, SECRET, clientOf, formOf, send, startStand, thrownBy } from "./stand.mjs";
import { startSandbox } from "../sandbox/server.mjs";
import { exampleWorker, startWorkers } from "../../npm/gateway/worker.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const makeVideo = async () => ({ bytes: new Uint8Array(100_000), durationSeconds: 7.8, type: "video/mp4" });
let sandbox;

before(async () => {
  sandbox = await startSandbox({ speed: 40, makeVideo, options: { concurrency: 100 } });
});
after(() => sandbox.close());

/** The program of a platform package, whose install scripts need not have run; or one on the path. */
function program(name, scope) {
  const folders = [join(ROOT, "node_modules", scope)].flatMap((folder) => {
    try {
      return readdirSync(folder).flatMap((each) => [join(folder, each), join(folder, each, "bin")]);
    } catch {
      return [];
    }
  });
  const places = [process.env[`${name.toUpperCase()}_PATH`], ...[...folders, ...process.env.PATH.split(":")].map((folder) => join(folder, name))];
  return places.filter(Boolean).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const RUNTIMES = {
  "Node, in memory": [process.execPath, "examples/node/server.mjs"],
  "Deno, in its key-value store": [program("deno", "@deno"), "run", "--unstable-kv", "-A", "--no-lock", "examples/deno/main.js"],
  "Bun, in SQLite": [program("bun", "@oven"), "examples/bun/server.js"],
};

for (const [name, [file, ...args]] of Object.entries(RUNTIMES)) {
  // A runtime that is not there is not tested; the ones that are, are.
  if (file === undefined) continue;
  test(`the example of ${name}: main paths`, async () => {
    const { url, stop } = await start(file, args);
    try {
      await mainPaths(url);
    } finally {
      stop();
    }
  });
}

test("the example of Workers, in its Durable Objects: main paths", async () => {
  const bindings = { COMETAPI_KEY: KEY, TOKEN_SECRET: SECRET, ALLOWED_ORIGINS: ORIGIN, API_URL: sandbox.url };
  const running = await startWorkers([await exampleWorker("workers", bindings)]);
  try {
    await mainPaths(`${running.url}/avatar`);
  } finally {
    await running.close();
  }
});

async function start(file, args) {
  const env = { ...process.env, COMETAPI_KEY: KEY, TOKEN_SECRET: SECRET, ALLOWED_ORIGINS: ORIGIN, API_URL: sandbox.url, PORT: "0", KV_PATH: ":memory:", DATABASE: ":memory:", DENO_NO_UPDATE_CHECK: "1" };
  const child = spawn(file, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text) => resolve(/http:\S+/.exec(text)?.[0]));
    child.on("exit", (code) => reject(new Error(`it ended with ${code}`)));
  });
  return { url, stop: () => child.kill() };
}

async function mainPaths(url) {
  const client = clientOf(url);
  const before = sandbox.ledger.read().totals.tasks;
  const video = await client.generate(INPUT);
  assert.equal((await client.download(video)).size, 100_000);
  const part = await fetch(video.url, { headers: { range: "bytes=10-19" } });
  assert.deepEqual([part.status, (await part.arrayBuffer()).byteLength], [206, 10]);

  const externalTaskId = crypto.randomUUID();
  const same = await Promise.all(Array.from({ length: 8 }, () => client.createTask({ ...INPUT, externalTaskId })));
  assert.equal(new Set(same.map(({ taskId }) => taskId)).size, 1);
  assert.equal(sandbox.ledger.read().totals.tasks - before, 2);
  assert.equal((await client.findTask(externalTaskId)).taskId, same[0].taskId);

  assert.equal((await thrownBy(client.getTask("forged.token"))).code, "not_found");
  const foreign = await send(`${url}/tasks`, { method: "POST", body: formOf(), headers: { origin: "https://evil.test" } });
  assert.deepEqual([foreign.status, foreign.body.error.code], [403, "permission"]);
  const speech = await client.synthesizeSpeech({ text: "Hello there, my friend, how are you?", voiceId: "genshin_vindi2", voiceLanguage: "zh" });
  assert.ok(speech.audioId);
}

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
