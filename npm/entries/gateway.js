import { answer, failure, preflight } from "./gateway-answer.js";
import { callback } from "./gateway-callback.js";
import { create } from "./gateway-create.js";
import { Refusal } from "./gateway-refusal.js";
import { settle } from "./gateway-settings.js";
import { memoryStore } from "./gateway-stores.js";
import { find, read } from "./gateway-tasks.js";
import { speak } from "./gateway-speech.js";
import { drain } from "./gateway-upload.js";
import { video } from "./gateway-video.js";

export { AvatarLedger } from "./gateway-ledger.js";
export { durableObjectStore, keyValueStore, memoryStore } from "./gateway-stores.js";

const ROUTES = { create, find, task: read, video, speech: speak, callback, health: () => answer(200, { ok: true }) };
const FOR_PAGES = ["create", "find", "task", "video", "speech"];

/** A fetch handler that holds the key. See the documentation of `createGateway` in the types. */
export function createGateway(options) {
  const shared = { memory: memoryStore(), uploads: new Set() };
  return { fetch: (request, env, ctx) => serve({ options, shared, request, env, ctx }) };
}

async function serve(call) {
  const began = Date.now();
  call.id = crypto.randomUUID();
  call.facts = {};
  let response;
  try {
    call.settings = await settle(call);
    response = await dispatch(call);
  } catch (thrown) {
    response = failure(thrown, call);
    if (thrown?.code !== "timeout") await drain(call).catch(() => {});
  }
  finish(response.headers, call);
  const told = Promise.resolve(call.ended ?? response).then(({ status }) => {
    // Who tells others of it, as by a request, goes on when the answer has gone.
    const reported = report(call, { status, ms: Date.now() - began });
    call.ctx?.waitUntil?.(reported);
  });
  if (call.ended === undefined) await told;
  else call.ctx?.waitUntil?.(told);
  return response;
}

async function dispatch(call) {
  const { request, settings } = call;
  const url = new URL(request.url);
  const route = settings.gateway.route(request.method, url.pathname, request.headers);
  call.origin = route.admitted ? route.origin : undefined;
  call.facts.route = route.name;
  if (!route.admitted) throw new Refusal(403, "permission", "This origin is not served.");
  if (route.status === 404) throw new Refusal(404, "not_found", "There is nothing at this address.");
  if (route.status === 405) throw new Refusal(405, "invalid_request", "This address takes other methods.", { allow: route.allow });
  if (request.method === "OPTIONS") return preflight(settings);
  call.url = url;
  if (FOR_PAGES.includes(route.name)) call.subject = await subjectOf(call);
  return ROUTES[route.name](call, route.token);
}

/** Whom the request is for; the empty text is anybody, where the gateway asks nobody. */
async function subjectOf({ settings, request, env, facts }) {
  if (settings.authorize === undefined) return "";
  // Without its body: it can be read once, and not by a check.
  const { url, method, headers } = request;
  const subject = await settings.authorize(new Request(url, { method, headers }), env);
  const isSubject = typeof subject === "string" && subject !== "" && subject.length <= 256 && subject.isWellFormed() && !/[\0-\x1f\x7f]/.test(subject);
  if (!isSubject) throw new Refusal(401, "authentication", "Sign in first.");
  facts.subject = subject;
  return `s:${subject}`;
}

function finish(headers, { id, origin, settings }) {
  headers.set("x-request-id", id);
  headers.append("vary", "Origin");
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "no-referrer");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  if (origin === undefined) return;
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-expose-headers", "Accept-Ranges, Content-Length, Content-Range, Retry-After, X-Request-Id");
  if (settings.credentials) headers.set("access-control-allow-credentials", "true");
}

/** Tells what happened. A listener that fails must not lose a paid task, nor end the process. */
async function report({ id, request, facts, settings, options }, more) {
  const event = { requestId: id, method: request.method, ...facts, ...more };
  try {
    const listener = settings?.onEvent ?? options?.onEvent;
    if (typeof listener === "function") await listener(event);
    else if (event.status >= 500) console.error("kling-avatar gateway:", JSON.stringify(event));
  } catch (thrown) {
    console.error("kling-avatar gateway: onEvent failed:", thrown);
  }
}
