import { ConnectionLost, Refusal, html, refuse } from "./answers.mjs";
import { keyHash } from "./keys.mjs";

/**
 * @typedef {"create" | "read" | "find" | "list" | "speech" | "speechRead" | "file" | "any" | "callback"} FaultOn
 * @typedef {object} Fault
 * @property {FaultOn} on
 * @property {string} action
 * @property {number} [times] how often it strikes; default 1
 * @property {number} [after] how many matching requests it lets pass first
 * @property {number} [probability] of striking a matching request; default 1
 * @property {string} [key] only requests with this bearer key; read back as its hash
 * @property {"before" | "during" | "after"} [when] default "before"
 * @property {number} [bytes] drop during: how much is read; garbage: how much is sent; truncate: how much is kept
 * @property {boolean} [reset] drop with a TCP reset
 * @property {number} [status]
 * @property {number} [code] status: Kling's code, in the current envelope
 * @property {string} [message]
 * @property {Record<string, string>} [headers]
 * @property {unknown} [body] status: sent as it is if a string, else as JSON
 * @property {string} [location]
 * @property {number} [ms] delay, late
 * @property {number} [count] repeat: how many deliveries in all
 *
 * @typedef {Fault & { left: number, skip: number, keyHash?: string, random: import("./random.mjs").Random }} Armed
 * @typedef {{ delays: Armed[], final?: Armed }} Plan
 */

const ON = ["create", "read", "find", "list", "speech", "speechRead", "file", "any", "callback"];
const REQUEST_ACTIONS = ["drop", "status", "delay", "truncate", "html", "garbage", "redirect"];
const CALLBACK_ACTIONS = ["lose", "repeat", "late", "reorder"];
const WHEN = { drop: ["before", "during", "after"], truncate: ["after"] };
const BODYLESS = [204, 205, 304];
const MAX_GARBAGE_BYTES = 100 * 1024 * 1024;

/** @param {import("./random.mjs").Random} random */
export function createFaults(random) {
  /** @type {Armed[]} */
  let armed = [];
  let made = 0;

  /** @param {string} kind @param {string | undefined} key */
  const strikes = (kind, key) => (/** @type {Armed} */ fault) => {
    if (fault.on !== kind && !(fault.on === "any" && kind !== "callback")) return false;
    if (fault.left <= 0 || (fault.keyHash && fault.keyHash !== key)) return false;
    if (fault.skip > 0) {
      fault.skip--;
      return false;
    }
    return fault.random.next() < (fault.probability ?? 1);
  };

  return {
    /** Adds faults, or throws a TypeError and adds none. @param {unknown} list */
    async add(list) {
      const faults = /** @type {Fault[]} */ (Array.isArray(list) ? list : [list]);
      faults.forEach(checkFault);
      for (const fault of faults) {
        armed.push({
          ...fault, key: undefined, keyHash: fault.key && (await keyHash(fault.key)),
          left: fault.times ?? 1, skip: fault.after ?? 0, random: random.fork(made++),
        });
      }
    },
    clear() {
      armed = [];
      made = 0;
    },
    read: () => armed.map(({ random: _, ...fault }) => fault),

    /** Takes what strikes this request: delays add up, of the others the first counts. @param {string} kind @param {string} [key] @returns {Plan} */
    plan(kind, key) {
      /** @type {Armed[]} */
      const struck = [];
      const matches = strikes(kind, key);
      for (const fault of armed) {
        if (fault.action !== "delay" && struck.some(({ action }) => action !== "delay")) continue;
        if (!matches(fault)) continue;
        fault.left--;
        struck.push(fault);
      }
      return { delays: struck.filter(({ action }) => action === "delay"), final: struck.find(({ action }) => action !== "delay") };
    },
  };
}

/** @param {Fault} fault */
function checkFault(fault) {
  if (typeof fault !== "object" || fault === null) throw new TypeError("a fault is an object");
  const { on, action, when } = fault;
  if (!ON.includes(on)) throw new TypeError(`on must be one of ${ON.join(", ")}`);
  const actions = on === "callback" ? CALLBACK_ACTIONS : REQUEST_ACTIONS;
  if (!actions.includes(action)) throw new TypeError(`the action on ${on} must be one of ${actions.join(", ")}`);
  const whens = /** @type {Record<string, string[]>} */ (WHEN)[action] ?? ["before", "after"];
  if (when !== undefined && !whens.includes(when)) throw new TypeError(`when of ${action} must be one of ${whens.join(", ")}`);
  if (action === "garbage" && (fault.bytes ?? 0) > MAX_GARBAGE_BYTES) throw new TypeError(`garbage is at most ${MAX_GARBAGE_BYTES} bytes`);
  if (action === "delay" && !(Number(fault.ms) >= 0)) throw new TypeError("delay needs ms");
  if (action === "status" && !(Number(fault.status) >= 200 && Number(fault.status) <= 599)) throw new TypeError("status needs a status from 200 to 599");
}

/**
 * Runs `handle` with what the plan has in store around it.
 * @param {Plan} plan @param {Request} request @param {() => Promise<Response>} handle
 * @param {{ sleep: (ms: number) => Promise<void>, envelope: "kling" | "comet", requestId: string }} context
 * @returns {Promise<Response>} or throws ConnectionLost
 */
export async function runWithFaults({ delays, final }, request, handle, context) {
  const when = final?.action === "truncate" ? "after" : final?.when ?? "before";
  const wait = (/** @type {string} */ at) =>
    delays.filter((delay) => (delay.when ?? "before") === at).reduce((sum, { ms = 0 }) => sum + ms, 0);
  if (wait("before")) await context.sleep(wait("before"));
  if (final && when === "during") await readSome(request, final.bytes ?? 65_536);
  if (final && when !== "after") return replace(final, context);
  const response = await handle();
  if (wait("after")) await context.sleep(wait("after"));
  if (!final) return response;
  return final.action === "truncate" ? truncate(response, final.bytes) : replace(final, context);
}

/** Reads at least this much of the upload. @param {Request} request @param {number} bytes */
async function readSome(request, bytes) {
  const reader = request.body?.getReader();
  for (let read = 0; reader && read < bytes; ) {
    const { done, value } = await reader.read();
    if (done) return;
    read += value.length;
  }
}

/** @param {Fault} fault @param {{ envelope: "kling" | "comet", requestId: string }} context */
function replace(fault, { envelope, requestId }) {
  const headers = fault.headers ?? {};
  switch (fault.action) {
    case "drop":
      throw new ConnectionLost(fault.when ?? "before", fault.reset);
    case "html":
      return html(fault.message ?? "502 Bad Gateway", fault.status ?? 502);
    case "redirect":
      return new Response(null, { status: fault.status ?? 301, headers: { location: fault.location ?? "/", ...headers } });
    case "garbage":
      return garbage(fault);
    default:
      return withStatus(fault, headers, envelope, requestId);
  }
}

/** @param {Fault} fault @param {Record<string, string>} headers @param {"kling" | "comet"} envelope @param {string} requestId */
function withStatus(fault, headers, envelope, requestId) {
  const { status = 500, code, message = "A fault of the sandbox", body } = fault;
  if (BODYLESS.includes(status)) return new Response(null, { status, headers });
  if (body === undefined) return refuse(new Refusal(status, code ?? 5000, message, { headers }), envelope, requestId);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Response(text, { status, headers: { "content-type": "application/json; charset=utf-8", ...headers } });
}

/** @param {Fault} fault */
function garbage({ bytes = 1_000_000, status = 200, headers = {} }) {
  const chunk = new Uint8Array(65_536).map((_, at) => (at * 167 + 13) & 255);
  let left = bytes;
  const body = new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      controller.enqueue(chunk.slice(0, Math.min(left, chunk.length)));
      left -= chunk.length;
    },
  });
  return new Response(body, { status, headers: { "content-type": "application/json", ...headers } });
}

/** Promises the whole body and breaks off within. @param {Response} response @param {number} [keepBytes] default half */
async function truncate(response, keepBytes) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const kept = bytes.slice(0, Math.min(keepBytes ?? bytes.length >> 1, bytes.length));
  let sent = false;
  const body = new ReadableStream({
    pull(controller) {
      if (sent || !kept.length) return controller.error(new ConnectionLost("after"));
      sent = true;
      controller.enqueue(kept);
    },
  });
  const headers = new Headers(response.headers);
  headers.set("content-length", String(bytes.length));
  return new Response(body, { status: response.status, headers });
}
