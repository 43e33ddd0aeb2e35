// A sandbox and a gateway in front of it, in real workerd.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundleWorker, startWorkers } from "../../npm/gateway/worker.mjs";
import { AvatarClient } from "../../dist/node.js";
import { startSandbox } from "../sandbox/server.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
export const IMAGE = readFileSync(here("../../www/samples/portrait.jpg"));
export const SOUND = readFileSync(here("../../www/samples/voice.mp3"));
export const INPUT = { image: IMAGE, soundFile: SOUND, prompt: "A woman speaks warmly to the camera" };

export const ORIGIN = "https://shop.example";
export const KEY = "sk-sandbox-of-the-gateway";
export const SECRET = "k3J8vQ2mZr7LxW0pT5nYc9BdFhGsAaEe";
export const QUICK = { retry: { minDelayMs: 20, maxDelayMs: 200 }, poll: { minIntervalMs: 50 } };

/** Not a real video, but made at once. */
const VIDEO = new Uint8Array(300_000).map((_, index) => (index * 31) >> 3);
const makeVideo = async () => ({ bytes: VIDEO, durationSeconds: 7.8, type: "video/mp4" });

/**
 * Starts both. `options` are the gateway's, `sandbox` is the sandbox's configuration, `names` names the isolates; the
 * first one answers at `url`.
 *
 * With several isolates on two cores workerd (1.20260426) spins for ever in about one of two hundred runs: V8 has one thread for
 * work beside the isolates; it waits to collect the garbage of one of them, while the other one sweeps and waits for that thread.
 */
export async function startStand({ options = {}, sandbox: config = {}, names = ["one"], port } = {}) {
  const sandbox = await startSandbox({ speed: 40, makeVideo, ...config });
  const bindings = { OPTIONS: JSON.stringify(gatewayOptions(sandbox, options)) };
  const modules = await bundleWorker(here("worker.js"));
  const workers = names.map((name) => ({
    name, modules, bindings,
    durableObjects: { LEDGER: { className: "AvatarLedger", scriptName: names[0] } },
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  }));
  const events = [];
  const handleRuntimeStdio = (stdout, stderr) => {
    for (const stream of [stdout, stderr]) stream.setEncoding("utf8").on("data", (text) => events.push(...text.split("\n").filter(Boolean)));
  };
  const running = await startWorkers(workers, { port, handleRuntimeStdio });
  const url = `${running.url}/avatar`;
  return {
    sandbox, url, events,
    /** The address of one isolate. */
    urlOf: async (name) => new URL("/avatar", await running.miniflare.unsafeGetDirectURL(name)).href,
    client: (more) => clientOf(url, more),
    send: (path, init) => send(`${url}${path}`, init),
    async close() {
      await running.close();
      await sandbox.close();
    },
  };
}

function gatewayOptions(sandbox, more) {
  return {
    apiKey: KEY, baseUrl: sandbox.url, allowedOrigins: ORIGIN, tokenSecret: SECRET,
    retry: { minDelayMs: 20, maxDelayMs: 200 }, limiter: { createsPerMinute: 0, concurrentTasks: 0 }, ...more,
  };
}

/** A page's client: it sends its origin with each request, as a browser would. */
export function clientOf(gatewayUrl, { headers = {}, fetch: own = fetch, ...options } = {}) {
  const page = (url, init = {}) => own(url, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), origin: ORIGIN, ...headers } });
  return new AvatarClient({ gatewayUrl, fetch: page, ...QUICK, ...options });
}

/** Sends a request as a page does, and gives status, headers and contents. */
export async function send(url, { headers = {}, ...init } = {}) {
  const response = await fetch(url, { ...init, headers: { origin: ORIGIN, ...headers }, redirect: "manual" });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

/**
 * Gives a check of an answer: refused with this status and code, with nothing charged beyond `before`, and nothing told that is
 * nobody's business.
 */
export function refusals(stand) {
  return async (answer, status, code, before) => {
    const { status: found, headers, text, body } = await answer;
    assert.deepEqual([found, body?.error?.code], [status, code], text);
    assert.equal(stand.sandbox.ledger.read().totals.tasks, before);
    for (const secret of [KEY, SECRET, "    at ", ".js:", stand.sandbox.url]) assert.ok(!text.includes(secret), text);
    assert.ok(body.error.requestId && headers.get("x-request-id"));
    assert.match(headers.get("vary"), /Origin/);
    assert.equal(headers.get("cache-control"), "no-store");
    return { headers, body };
  };
}

/** The form that a page's client sends. */
export function formOf({ image, soundFile, ...input } = INPUT) {
  const form = new FormData();
  form.append("input", JSON.stringify(input));
  if (image !== undefined) form.append("image", new Blob([image]), "image");
  if (soundFile !== undefined) form.append("soundFile", new Blob([soundFile]), "soundFile");
  return form;
}

export async function thrownBy(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
