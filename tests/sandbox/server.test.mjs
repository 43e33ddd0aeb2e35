import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import http from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { PORTRAIT, base64, wav } from "./fixtures.mjs";
import { IMAGE, KEY, SOUND } from "./in-process.mjs";
import { CREATE_PATH } from "./routes.mjs";
import { startSandbox } from "./server.mjs";

const MAIN = fileURLToPath(new URL("main.mjs", import.meta.url));
const VIDEO = new Uint8Array(randomBytes(3_000_000));
const HEADERS = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };

/** @type {Awaited<ReturnType<typeof startSandbox>>} */
let sandbox;
before(async () => {
  sandbox = await startSandbox({ speed: 1000, makeVideo: async () => ({ bytes: VIDEO, durationSeconds: 3 }) });
});
beforeEach(() => sandbox.reset());
after(() => sandbox.close());

/** @param {Record<string, unknown>} [fields] */
const create = (fields) => fetch(sandbox.url + CREATE_PATH, { method: "POST", headers: HEADERS, body: JSON.stringify({ image: IMAGE, sound_file: SOUND, prompt: "x", ...fields }) });
/** @param {unknown} faults */
const arm = (faults) => fetch(`${sandbox.url}/_sandbox/faults`, { method: "POST", body: JSON.stringify(faults) });
const totals = () => sandbox.ledger.read().totals.tasks;

test("a create, a read and a download over real HTTP", async () => {
  const { data } = await (await create()).json();
  let task = data;
  while (!task.task_result?.videos && task.task_status !== "failed") task = (await (await fetch(`${sandbox.url}${CREATE_PATH}/${data.task_id}`, { headers: HEADERS })).json()).data;
  const video = await fetch(task.task_result.videos[0].url);
  assert.deepEqual([video.headers.get("content-length"), video.headers.get("content-type")], ["3000000", "video/mp4"]);
  assert.deepEqual(new Uint8Array(await video.arrayBuffer()), VIDEO);
  const part = await fetch(task.task_result.videos[0].url, { headers: { range: "bytes=10-19" } });
  assert.deepEqual([part.status, new Uint8Array(await part.arrayBuffer())], [206, VIDEO.slice(10, 20)]);
});

test("a 20 MB upload arrives unharmed and soon", async () => {
  const image = new Uint8Array(10_000_000);
  image.set(PORTRAIT);
  const sound = wav(52, { rate: 48_000 });
  const start = performance.now();
  const response = await create({ image: base64(image), sound_file: base64(sound) });
  assert.equal(response.status, 200);
  assert.ok(performance.now() - start < 20_000);
  const [charge] = sandbox.ledger.creates;
  const sha256 = (/** @type {Uint8Array} */ bytes) => createHash("sha256").update(bytes).digest("hex");
  assert.deepEqual([charge.image, charge.sound], [{ bytes: image.length, sha256: sha256(image) }, { bytes: sound.length, sha256: sha256(sound) }]);
});

test("a refusal does not wait for the upload, and the connection lives on", async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const send = (/** @type {string} */ key, /** @type {string} */ body) => new Promise((resolve, reject) => {
    const request = http.request(sandbox.url + CREATE_PATH, { agent, method: "POST", headers: { ...HEADERS, authorization: `Bearer ${key}` } }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    });
    request.on("error", reject).end(body);
  });
  assert.equal(await send("sk-sandbox-expired", `{"image":"${"A".repeat(8_000_000)}"}`), 401);
  assert.equal(await send(KEY, JSON.stringify({ image: IMAGE, sound_file: SOUND, prompt: "x" })), 200);
  agent.destroy();
});

test("a client that goes away during its upload creates nothing and harms nobody", async () => {
  const socket = connect(sandbox.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(`POST ${CREATE_PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nContent-Length: 5000000\r\n\r\n{"image":"`);
  socket.write("A".repeat(100_000));
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.destroy();
  assert.equal((await create()).status, 200);
  assert.equal(totals(), 1);
});

test("an abort is the client's own; the server goes on", async () => {
  await arm([{ on: "create", action: "delay", when: "after", ms: 60_000 }]);
  const leaving = new AbortController();
  const answer = fetch(sandbox.url + CREATE_PATH, {
    method: "POST", headers: HEADERS, body: JSON.stringify({ image: IMAGE, sound_file: SOUND, prompt: "x" }), signal: leaving.signal,
  });
  while (totals() === 0) await new Promise(setImmediate);
  leaving.abort();
  await assert.rejects(answer, { name: "AbortError" });
  assert.equal((await create()).status, 200);
});

for (const [when, charged] of /** @type {const} */ ([["before", 0], ["during", 0], ["after", 1]])) {
  for (const reset of [false, true]) {
    test(`a connection ${reset ? "reset" : "closed"} ${when} handling`, async () => {
      await arm([{ on: "create", action: "drop", when, reset }]);
      await assert.rejects(create({ extra: "x".repeat(500_000) }), /fetch failed/);
      assert.equal(totals(), charged);
      assert.equal((await create()).status, 200);
    });
  }
}

test("a truncated answer breaks off, also right behind its headers", async () => {
  await arm([{ on: "create", action: "truncate" }, { on: "create", action: "truncate", bytes: 0 }]);
  for (const created of [1, 2]) {
    const response = await create();
    assert.equal(response.status, 200);
    await assert.rejects(response.text(), /terminated/);
    assert.equal(totals(), created);
  }
});

test("100 MB of garbage arrive, or stop when nobody reads them", async () => {
  await arm([{ on: "create", action: "garbage", bytes: 104_857_600, times: 2 }]);
  let bytes = 0;
  for await (const chunk of /** @type {any} */ ((await create()).body)) bytes += chunk.length;
  assert.equal(bytes, 104_857_600);
  await (await create()).body?.cancel();
  assert.equal((await create()).status, 200);
});

test("odd paths and hosts do not bring it down", async () => {
  for (const [path, host] of [["//", "x"], ["http://[", "x"], ["/%zz", "x"], ["/", "[bad host"], [`${CREATE_PATH}/%E0%A4%A`, "x"]]) {
    const socket = connect(sandbox.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.end(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    const [chunk] = await Promise.race([once(socket, "data"), once(socket, "close")]);
    assert.match(String(chunk), /^HTTP\/1.1 [1-4]\d\d /, `${path} ${host}`);
  }
  assert.equal((await create()).status, 200);
});

/** Runs the command until it prints a line or ends. @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
async function command(args, env = process.env) {
  const child = spawn(process.execPath, [MAIN, ...args], { env });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => { output += chunk; });
  child.stderr.on("data", (chunk) => { errors += chunk; });
  const exit = once(child, "exit");
  await Promise.race([once(child.stdout, "data"), exit]);
  return { child, exit, output: () => output, errors: () => errors };
}

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  test(`the command prints its URL in one line and stops on ${signal}`, async () => {
    const { child, exit, output, errors } = await command(["--port", "0", "--keys", "sk-one-of-them"]);
    const url = /^Sandbox API: (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(output())?.[1];
    assert.ok(url, output());
    assert.equal((await fetch(url + CREATE_PATH, { headers: HEADERS })).status, 401);
    child.kill(signal);
    assert.deepEqual(await exit, [0, null]);
    assert.equal(errors(), "");
  });
}

for (const [name, args, env, message] of /** @type {const} */ ([
  ["a port in use", () => ["--port", String(sandbox.port)], undefined, /^sandbox: port \d+ is already in use; choose another with --port\n$/],
  ["a port that is none", () => ["--port", "http"], undefined, /^sandbox: --port cannot be "http"\n$/],
  ["a speed of nothing", () => ["--speed", "0"], undefined, /^sandbox: --speed cannot be "0"\n$/],
  ["an unknown option", () => ["--fast"], undefined, /^sandbox: .*--fast.*\n$/],
  ["a host of another machine", () => ["--host", "192.0.2.1", "--port", "0"], undefined, /^sandbox: --host is not an address of this machine\n$/],
  ["no ffmpeg", () => ["--port", "0"], { PATH: "/nonexistent" }, /^sandbox: ffmpeg is needed .*\n$/],
])) {
  test(`the command tells ${name} in one line and ends with 1`, async () => {
    const { exit, errors } = await command(args(), env ? { ...env } : undefined);
    assert.deepEqual((await exit)[0], 1);
    assert.match(errors(), message);
  });
}

test("closing ends the video being made, leaves no folder and does not touch another sandbox", async (t) => {
  const place = await mkdtemp(join(tmpdir(), "kling-avatar-close-"));
  const usual = process.env.TMPDIR;
  process.env.TMPDIR = place;
  const [closed, other] = [await startSandbox(), await startSandbox({ speed: 1000 })];
  t.after(() => Promise.all([closed.close(), other.close()]));
  const send = (/** @type {string} */ url) => fetch(url + CREATE_PATH, { method: "POST", headers: HEADERS, body: JSON.stringify({ image: base64(PORTRAIT), sound_file: base64(wav(30)), prompt: "x" }) });
  assert.deepEqual([(await send(closed.url)).status, (await send(other.url)).status], [200, 200]);
  while ((await readdir(place)).length < 2) await new Promise(setImmediate);
  await closed.close();
  assert.equal((await readdir(place)).length, 1);
  while (!["succeed", "failed"].includes(other.ledger.creates[0].status)) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([other.ledger.creates[0].status, await readdir(place)], ["succeed", []]);
  process.env.TMPDIR = usual;
  if (usual === undefined) delete process.env.TMPDIR;
  await rm(place, { recursive: true });
});
