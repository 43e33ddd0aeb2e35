import { createServer } from "node:http";
import { once } from "node:events";
import { createSandboxApi } from "./api.mjs";
import * as checks from "./checks.mjs";
import { ConnectionLost } from "./answers.mjs";
import { writeChunk } from "./drain.mjs";
import { makeSpeech } from "./speech.mjs";
import { createVideoMaker } from "./video.mjs";

/** Longer than any client keeps a connection, so that none is closed just when it is used again. */
const KEEP_ALIVE_MS = 600_000;

/**
 * @typedef {{ host?: string, port?: number, speed?: number } & Partial<import("./api.mjs").ApiConfig>} ServerConfig
 */

/**
 * Starts the sandbox on real HTTP.
 * @param {ServerConfig} [config] port 0, the default, picks a free one
 */
export async function startSandbox({ host = "127.0.0.1", port = 0, speed, ...config } = {}) {
  const options = speed === undefined ? config.options : { ...config.options, speed };
  const stopping = new AbortController();
  const making = createWorkshop(stopping.signal);
  const api = createSandboxApi({ checks, makeVideo: making.video, speech: making.speech, ...config, options });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => void serve(api, request, response));
  server.listen(port, host);
  await once(server, "listening");
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    api, ledger: api.ledger, faults: api.faults, options: api.options, reset: api.reset,
    async close() {
      stopping.abort(new Error("The sandbox was closed"));
      api.reset();
      server.close();
      server.closeAllConnections();
      await making.ended();
    },
  };
}

/** What makes videos and speech, and knows when all of it has ended. @param {AbortSignal} signal */
function createWorkshop(signal) {
  const makeVideo = createVideoMaker(signal);
  /** @type {Set<Promise<unknown>>} */
  const running = new Set();
  /** @template T @param {Promise<T>} work */
  const tracked = (work) => {
    const ended = work.catch(() => undefined).finally(() => running.delete(ended));
    running.add(ended);
    return work;
  };
  return {
    video: (/** @type {Parameters<typeof makeVideo>[0]} */ media) => tracked(makeVideo(media)),
    speech: (/** @type {import("./speeches.mjs").SpeechRequest} */ request) => tracked(makeSpeech(request, signal)),
    ended: () => Promise.all(running),
  };
}

/**
 * @param {ReturnType<typeof createSandboxApi>} api
 * @param {import("node:http").IncomingMessage} incoming @param {import("node:http").ServerResponse} outgoing
 */
async function serve(api, incoming, outgoing) {
  outgoing.on("error", () => undefined);
  try {
    const request = toRequest(incoming);
    if (!request) return void outgoing.writeHead(400).end();
    const response = await api.fetch(request);
    await send(response, incoming, outgoing);
  } catch (error) {
    if (!incoming.complete && incoming.destroyed) return;
    if (error instanceof ConnectionLost) return cut(incoming, outgoing.headersSent ? "flush" : error.reset ? "reset" : "close");
    if (incoming.socket.destroyed) return;
    console.error(error);
    if (outgoing.headersSent) return cut(incoming, "close");
    outgoing.writeHead(500, { "content-type": "text/plain" }).end("The sandbox itself failed; see its output\n");
  }
}

/** @param {import("node:http").IncomingMessage} incoming @param {"reset" | "close" | "flush"} how flush: what is written still goes out */
function cut({ socket }, how) {
  if (how === "reset") socket.resetAndDestroy();
  else if (how === "flush") socket.destroySoon();
  else socket.destroy();
}

/** The request as a platform object, or nothing if its address makes no sense. @param {import("node:http").IncomingMessage} incoming */
function toRequest(incoming) {
  const { method = "GET", headers, url = "/" } = incoming;
  const address = `http://${headers.host ?? "127.0.0.1"}${url}`;
  if (!url.startsWith("/") || !URL.canParse(address)) return undefined;
  const safeHeaders = new Headers();
  for (const [name, value] of Object.entries(headers)) safeHeaders.set(name, Array.isArray(value) ? value.join(", ") : value ?? "");
  const hasBody = method !== "GET" && method !== "HEAD" && method !== "OPTIONS";
  return new Request(address, {
    method,
    headers: safeHeaders,
    ...(hasBody && { body: streamOf(incoming), duplex: "half" }),
  });
}

/** The upload as it arrives, without running ahead of its reader. @param {import("node:http").IncomingMessage} incoming */
function streamOf(incoming) {
  const chunks = incoming[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  }, { highWaterMark: 0 });
}

/**
 * @param {Response} response @param {import("node:http").IncomingMessage} incoming
 * @param {import("node:http").ServerResponse} outgoing
 */
async function send(response, incoming, outgoing) {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (!response.body || incoming.method === "HEAD") {
    await response.body?.cancel();
    outgoing.end();
  } else {
    outgoing.flushHeaders();
    await pump(response.body, outgoing);
  }
  incoming.resume();
}

/** @param {ReadableStream<Uint8Array>} body @param {import("node:http").ServerResponse} outgoing */
async function pump(body, outgoing) {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return void outgoing.end();
    if (!(await writeChunk(outgoing, value))) return void reader.cancel().catch(() => undefined);
  }
}
