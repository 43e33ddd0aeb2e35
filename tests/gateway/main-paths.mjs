// What has to work on every platform that the gateway runs on.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { startSandbox } from "../sandbox/server.mjs";
import { INPUT, KEY, ORIGIN, SECRET, clientOf, formOf, send, thrownBy } from "./stand.mjs";

const VIDEO_BYTES = 100_000;
const START_LIMIT_MS = 60_000;

export function startService() {
  const makeVideo = async () => ({ bytes: new Uint8Array(VIDEO_BYTES), durationSeconds: 7.8, type: "video/mp4" });
  return startSandbox({ speed: 40, makeVideo, options: { concurrency: 100 } });
}

/** The environment of an example. */
export function environment(sandbox) {
  return { COMETAPI_KEY: KEY, TOKEN_SECRET: SECRET, ALLOWED_ORIGINS: ORIGIN, API_URL: sandbox.url };
}

/** Runs a program that prints the gateway's address; resolves with `{ url, stop }`. */
export async function startProgram(file, args, { cwd, env }) {
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  let limit;
  const url = await new Promise((resolve, reject) => {
    let printed = "";
    limit = setTimeout(() => reject(new Error(`it does not say where it is: ${printed}`)), START_LIMIT_MS);
    child.stdout.setEncoding("utf8").on("data", (text) => {
      printed += text;
      const found = /http:\/\/(?:127\.0\.0\.1|localhost)\S*?(?=[\s\u001b]|$)/.exec(printed)?.[0];
      if (found !== undefined) resolve(found);
    });
    child.on("error", reject).on("exit", (code) => reject(new Error(`it ended with ${code}: ${printed}`)));
  }).catch((error) => {
    child.kill();
    throw error;
  }).finally(() => clearTimeout(limit));
  return { url, stop: () => child.kill() };
}

export async function mainPaths(url, sandbox) {
  const client = clientOf(url);
  const before = sandbox.ledger.read().totals.tasks;
  const video = await client.generate(INPUT);
  assert.equal((await client.download(video)).size, VIDEO_BYTES);
  const part = await fetch(video.url, { headers: { range: "bytes=10-19" } });
  assert.deepEqual([part.status, (await part.arrayBuffer()).byteLength], [206, 10]);

  const externalTaskId = crypto.randomUUID();
  const same = await Promise.all(Array.from({ length: 8 }, () => client.createTask({ ...INPUT, externalTaskId })));
  assert.equal(new Set(same.map(({ taskId }) => taskId)).size, 1);
  assert.equal(sandbox.ledger.read().totals.tasks - before, 2);
  assert.equal((await client.findTask(externalTaskId)).taskId, same[0].taskId);

  await sandbox.faults.add({ on: "create", action: "status", status: 429, code: 1303 });
  const told = [];
  await client.createTask(INPUT, { onProgress: ({ waiting }) => waiting && told.push(waiting.code) });
  assert.deepEqual([told, sandbox.ledger.read().totals.tasks - before], [["concurrency_limit"], 3]);

  const preflight = await fetch(`${url}/tasks`, { method: "OPTIONS", headers: { origin: ORIGIN, "access-control-request-method": "POST" } });
  assert.deepEqual([preflight.status, preflight.headers.get("access-control-allow-origin")], [204, ORIGIN]);
  assert.equal((await fetch(`${url}/health`, { method: "HEAD" })).status, 200);
  assert.equal((await thrownBy(client.getTask("forged.token"))).code, "not_found");
  const foreign = await send(`${url}/tasks`, { method: "POST", body: formOf(), headers: { origin: "https://evil.test" } });
  assert.deepEqual([foreign.status, foreign.body.error.code], [403, "permission"]);
  const large = await send(`${url}/tasks`, { method: "POST", body: formOf({ ...INPUT, image: new Uint8Array(11 << 20) }) });
  assert.equal(large.status, 413);
  const speech = await client.synthesizeSpeech({ text: "Hello there, my friend, how are you?", voiceId: "genshin_vindi2", voiceLanguage: "zh" });
  assert.ok(speech.audioId);
}
