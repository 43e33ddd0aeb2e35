import { AvatarError, isFields } from "./error.js";
import { Refusal } from "./gateway-refusal.js";
import { inTime } from "./gateway-time.js";
import { leaving } from "./kling_avatar_server.js";

/** The module, which knows the others, is not there. */
const NOT_LOADED = { status: 503, isPublic: false };
const RETRYABLE = ["rate_limited", "concurrency_limit", "server", "network", "timeout", "submission_unknown"];
/** How long a function of the caller's may take, in milliseconds. */
const CALLERS_MS = 30_000;
const KEPT = ["status", "apiCode", "requestId", "retryAfterMs", "problems", "externalTaskId"];

export function answer(status, body, headers) {
  return Response.json(body, { status, headers });
}

export function preflight({ allowedHeaders, credentials }) {
  const headers = new Headers({
    "access-control-allow-methods": "GET, HEAD, POST",
    "access-control-allow-headers": ["authorization", "content-type", "idempotency-key", "range", ...allowedHeaders].join(", "),
    "access-control-max-age": "600",
    vary: "Access-Control-Request-Method, Access-Control-Request-Headers",
  });
  if (credentials) headers.set("access-control-allow-credentials", "true");
  return new Response(null, { status: 204, headers });
}

/** The answer to whatever was thrown. Stacks, bodies of others and what concerns the account stay here. */
export function failure(thrown, call) {
  const { status, error } = isOurs(thrown) ? told(thrown, call) : unforeseen(thrown, call);
  call.facts.code = error.code;
  const headers = thrown?.allow ? { allow: thrown.allow } : {};
  if (error.retryAfterMs !== undefined) headers["retry-after"] = String(Math.ceil(error.retryAfterMs / 1000));
  return answer(status, { error }, headers);
}

/** Whether this package threw it. Stores and callers throw errors with codes of their own, too. */
export function isOurs(thrown) {
  return thrown instanceof Refusal || thrown instanceof AvatarError || isFields(thrown);
}

/**
 * A function of the caller's. What it throws is the caller's, too, and stays in the log, whatever it looks like; and what never comes
 * to its end, as a database that is gone, must not hold an upload for ever.
 */
export function guarded(name, work) {
  if (work === undefined) return undefined;
  return async (...given) => {
    try {
      return await inTime(work(...given), CALLERS_MS, name);
    } catch (thrown) {
      throw isOurs(thrown) ? new Error(String(thrown.message)) : thrown;
    }
  };
}

function told(thrown, call) {
  const { code, message } = thrown;
  const own = thrown instanceof Refusal;
  const { status, isPublic } = own ? { status: thrown.leavesAs, isPublic: true } : call.isLoaded ? leaving(code) : NOT_LOADED;
  const fields = own ? thrown.fields : thrown;
  // The client does not know that a create with the same id is the same one here. Speech has no id.
  const retryable = (RETRYABLE.includes(code) && (own || call.facts.route !== "speech")) || thrown.retryable === true;
  const error = { code, message: isPublic ? message : words(code), retryable };
  for (const name of KEPT) if (fields[name] !== undefined) error[name] = fields[name];
  // The id that the service knows is of no use outside.
  if (call.externalTaskId !== undefined) error.externalTaskId = call.externalTaskId;
  else if (!own) delete error.externalTaskId;
  error.requestId ??= call.id;
  if (!isPublic || status >= 500) call.facts.message ??= message;
  return { status, error };
}

function unforeseen(thrown, call) {
  call.facts.message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : "something that is no error was thrown";
  return { status: 500, error: { code: "server", message: words("server"), retryable: true, requestId: call.id } };
}

function words(code) {
  if (code === "configuration") return "The gateway is not set up.";
  return RETRYABLE.includes(code) || code === "invalid_response"
    ? "The service cannot be reached or failed. Try again later."
    : "The gateway's account cannot do this at the moment.";
}
