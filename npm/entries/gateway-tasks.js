import { answer } from "./gateway-answer.js";
import { Refusal, noSuchTask, wrongInput } from "./gateway-refusal.js";
import { sleep } from "./gateway-time.js";
import { digest } from "./gateway-tokens.js";
import { networkOf } from "./kling_avatar_server.js";

/** The longest time for which a read is held, in seconds. */
const HOLD_MAX_SECONDS = 25;
/** How often a task is read while somebody waits: with callbacks only to be safe. */
const LOOK_MS = { withCallbacks: 5000, without: 1500, least: 250 };
const READ_TIMEOUT_MS = 60_000;
/** How often, and how far apart, a task has to be absent before it is taken for one that was not created. */
const ABSENCES = 2;
const ABSENCE_PAUSE_MS = 2000;
const STATUSES = ["submitted", "processing", "succeed", "failed"];
const DAY_SECONDS = 86_400;
/** Where nobody is asked who they are, an id is all that keeps people apart, so it must not be guessed. */
const ANONYMOUS_ID_MIN_CHARACTERS = 20;
const ID_MAX_CHARACTERS = 200;

export function checkId(id, subject) {
  const wrong = typeof id !== "string" || id === "" || id.length > ID_MAX_CHARACTERS || /[\0-\x1f\x7f-\x9f]/.test(id) || !id.isWellFormed();
  if (wrong) throw wrongInput("externalTaskId", "invalid_value", "The external task id must be 1 to 200 characters of text.");
  if (subject === "" && id.length < ANONYMOUS_ID_MIN_CHARACTERS) {
    throw wrongInput("externalTaskId", "too_short", "The external task id must be random and have at least 20 characters, such as a UUID.");
  }
  return id;
}

/** The id under which the service knows what a subject calls `id`. */
export async function serviceId(subject, id) {
  return `ka-${await digest("task", subject, id)}`;
}

export function entryOf(upstreamId) {
  return { create: `create:${upstreamId}`, task: `task:${upstreamId}` };
}

/** The name of whose requests and tasks are counted together. */
async function quotaOf({ subject, settings, request, env }) {
  const isWorkers = globalThis.navigator?.userAgent === "Cloudflare-Workers";
  const client = settings.clientOf ? await settings.clientOf(request, env) : isWorkers ? networkOf(request.headers.get("cf-connecting-ip") ?? "") : "";
  return `quota:${await digest("quota", subject, subject === "" ? String(client ?? "") : "")}`;
}

/** Asks the platform's own rate limiter, before anything is read. */
export async function spend(call) {
  call.quota = await quotaOf(call);
  const { limit } = call.settings.limiter;
  const success = limit === undefined || (await limit({ key: call.quota }))?.success;
  if (success === false) throw new Refusal(429, "rate_limited", "Too many requests.", { retryAfterMs: 10_000 });
  if (success !== true) throw new TypeError("limiter.limit must resolve with { success: true } or { success: false }");
}

/** The task of the contract, under its token. */
export async function view({ settings, subject }, task, externalTaskId) {
  const expiresAtSeconds = expiry(task.createdAt, settings.tokenTtlSeconds);
  const token = await settings.tokens.write("task", { taskId: task.taskId, externalTaskId, expiresAtSeconds }, subject);
  const url = (query) => `${settings.base}/tasks/${token}/video${query}`;
  const videos = task.videos.map(({ id, durationSeconds, watermarkUrl }, index) => ({
    id,
    url: url(index === 0 ? "" : `?index=${index}`),
    durationSeconds,
    watermarkUrl: watermarkUrl === undefined ? undefined : url(`?index=${index}&watermark=1`),
  }));
  const { status, statusMessage, createdAt, updatedAt, requestId } = task;
  return { taskId: token, status, statusMessage, externalTaskId, createdAt: time(createdAt), updatedAt: time(updatedAt), requestId, videos };
}

function time(date) {
  const ms = date?.getTime();
  return Number.isFinite(ms) ? ms : undefined;
}

/** Counted from the task's creation, so that a task has the same token each time that it is read. */
function expiry(createdAt, ttlSeconds) {
  const now = Math.floor(Date.now() / 1000);
  const created = Math.floor((time(createdAt) ?? 0) / 1000);
  const plausible = created > now - ttlSeconds && created < now + DAY_SECONDS;
  return (plausible ? created : Math.floor(now / DAY_SECONDS) * DAY_SECONDS) + ttlSeconds;
}

/** What a token says, for the subject that it was given to. */
export async function claimsOf({ settings, subject, facts }, token) {
  const claims = await settings.tokens.read("task", token, subject);
  if (claims === undefined) throw noSuchTask();
  facts.taskId = claims.taskId;
  return claims;
}

export async function taskOf({ settings }, taskId) {
  return settings.client.getTask(taskId, { timeoutMs: READ_TIMEOUT_MS });
}

/** A task that the ledger knows. It exists, whether or not it can be read right now. */
export async function adopted(call, taskId) {
  return taskOf(call, taskId).catch(() => ({ taskId, status: "submitted", videos: [] }));
}

/** Looks for what an earlier request may have created. It may have reached the service a moment ago. */
export async function searched({ settings }, upstreamId, options) {
  for (let absence = 1; ; absence++) {
    const found = await settings.client.findTask(upstreamId, options);
    if (found !== undefined || absence === ABSENCES) return found;
    await sleep(ABSENCE_PAUSE_MS);
  }
}

/** The ledger first: the service may not offer to search, nor know a task at once, nor know of a create that is at work. */
async function found(call, upstreamId) {
  const { client, store } = call.settings;
  const until = Date.now() + HOLD_MAX_SECONDS * 1000;
  for (;;) {
    const known = await store.apply(entryOf(upstreamId).create, { type: "look" });
    if (known.do === "adopt") return adopted(call, known.taskId);
    if (known.do === "settle") return searched(call, upstreamId, { timeoutMs: READ_TIMEOUT_MS });
    if (known.do === "none") return client.findTask(upstreamId, { timeoutMs: READ_TIMEOUT_MS }).catch(unlessSilent);
    if (known.do !== "wait") throw new TypeError("the store gives no answer of the ledger");
    if (Date.now() > until || call.request.signal?.aborted) throw new Refusal(504, "timeout", "A request with this id is still at work.");
    await sleep(known.ms);
  }
}

/** Of what was never begun here, the ledger's word is enough where the service offers no search. */
function unlessSilent(thrown) {
  if (thrown?.code !== "invalid_response") throw thrown;
}

/** `GET /tasks?externalTaskId=…` */
export async function find(call) {
  const id = checkId(call.url.searchParams.get("externalTaskId"), call.subject);
  // Anybody can ask for any id, and each time the service is asked.
  await spend(call);
  call.externalTaskId = id;
  const task = await found(call, await serviceId(call.subject, id));
  if (task === undefined) throw noSuchTask();
  call.facts.taskId = task.taskId;
  return answer(200, await view(call, task, id));
}

/** `GET /tasks/{token}`, held until the task's status is not the `known` one any more. */
export async function read(call, token) {
  const claims = await claimsOf(call, token);
  call.externalTaskId = claims.externalTaskId;
  const { searchParams } = call.url;
  const known = searchParams.get("known");
  const seconds = Number(searchParams.get("waitSeconds") ?? 0);
  if (known !== null && !STATUSES.includes(known)) throw new Refusal(422, "invalid_request", "known must be a status.");
  if (!(seconds >= 0)) throw new Refusal(422, "invalid_request", "waitSeconds must be a number of seconds.");
  const task = await held(call, claims, known, Date.now() + Math.min(seconds, HOLD_MAX_SECONDS) * 1000);
  if (isFinal(task)) await settled(call, claims.externalTaskId);
  return answer(200, await view(call, task, claims.externalTaskId));
}

async function held(call, { taskId, externalTaskId }, known, untilMs) {
  const { store, publicUrl } = call.settings;
  const key = entryOf(await serviceId(call.subject, externalTaskId)).task;
  for (;;) {
    const sinceMs = Date.now();
    const task = await taskOf(call, taskId);
    const leftMs = untilMs - Date.now();
    if (task.status !== known || isFinal(task) || leftMs <= 0 || call.request.signal?.aborted) return task;
    await store.wait(key, Math.min(leftMs, publicUrl === undefined ? LOOK_MS.without : LOOK_MS.withCallbacks), sinceMs);
    await sleep(sinceMs + LOOK_MS.least - Date.now());
  }
}

export function isFinal({ status }) {
  return status === "succeed" || status === "failed";
}

/** A task that has ended takes no place any more. */
async function settled(call, externalTaskId) {
  const done = (async () => {
    const id = await serviceId(call.subject, externalTaskId);
    await call.settings.store.apply(await quotaOf(call), { type: "end", id });
  })().catch(() => {});
  if (call.ctx?.waitUntil) call.ctx.waitUntil(done);
}
