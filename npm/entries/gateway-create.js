import { avatarFields } from "./fields.js";
import { answer, isOurs } from "./gateway-answer.js";
import { audioIdOf } from "./gateway-audio.js";
import { Refusal } from "./gateway-refusal.js";
import { adopted, checkId, entryOf, searched, serviceId, spend, view } from "./gateway-tasks.js";
import { pending } from "./gateway-pending.js";
import { sleep } from "./gateway-time.js";
import { digest } from "./gateway-tokens.js";
import { FILES, readInput, takePlace } from "./gateway-upload.js";
import { leaving } from "./kling_avatar_server.js";

const LEASE_MS = 30_000;
/** How long a place is held for a task whose end nobody sees, in milliseconds. */
const HOLD_MS = 1_800_000;
const DAY_SECONDS = 86_400;

const UNKNOWN = "It is not known whether the task was created, so nothing was sent again. Look it up with findTask(externalTaskId) before paying for another one.";

/** `POST /tasks`: makes one task of any number of requests with the same id. */
export async function create(call) {
  const asked = call.url.searchParams.get("tellWaiting") ?? "0";
  if (asked !== "0" && asked !== "1") throw new Refusal(422, "invalid_request", "tellWaiting must be 0 or 1.");
  await spend(call);
  const leave = await takePlace(call);
  const waiting = asked === "1" && new Promise((resolve) => (call.onWaiting = resolve));
  const done = made(call).finally(leave);
  // A visitor who goes away must not cut off what may be paid for, nor take the place along.
  call.ctx?.waitUntil?.(done.catch(() => {}));
  return waiting ? Promise.race([done, waiting.then(() => pending(call, done))]) : done;
}

async function made(call) {
  let files;
  try {
    const given = await readInput(call);
    ({ files } = given);
    const { task, isNew } = await once(call, given);
    call.facts.taskId = task.taskId;
    return answer(isNew ? 201 : 200, await view(call, task, call.externalTaskId));
  } finally {
    files?.free();
  }
}

async function once(call, { input: { externalTaskId, ...input }, files }) {
  const { store, createTimeoutMs } = call.settings;
  const id = checkId(idOf(call, externalTaskId), call.subject);
  call.externalTaskId = id;
  if (input.audioId !== undefined) input.audioId = await audioIdOf(call, input.audioId);
  const upstreamId = await serviceId(call.subject, id);
  const key = entryOf(upstreamId).create;
  const begin = { type: "begin", by: crypto.randomUUID(), fingerprint: await fingerprint(input, files), leaseMs: LEASE_MS };
  const until = Date.now() + createTimeoutMs;
  for (;;) {
    const sinceMs = Date.now();
    const begun = await store.apply(key, begin);
    if (begun.do === "conflict") throw new Refusal(409, "invalid_request", "This external task id belongs to another request.");
    if (begun.do === "adopt") return { task: await adopted(call, begun.taskId), isNew: false };
    if (begun.do === "create" || begun.do === "settle") {
      const lease = kept(store, key, begin.by, sinceMs);
      const work = { key, upstreamId, input, files, by: begin.by, todo: begun.do, lost: lease.lost };
      return { task: await carryOut(call, work).finally(lease.end), isNew: true };
    }
    if (begun.do !== "wait") throw new TypeError("the store gives no answer of the ledger");
    if (Date.now() > until) throw new Refusal(504, "timeout", "Another request with this id is still at work.");
    await sleep(begun.ms);
  }
}

function idOf({ request }, externalTaskId) {
  const header = request.headers.get("idempotency-key") ?? undefined;
  if (header !== undefined && externalTaskId !== undefined && header !== externalTaskId) {
    throw new Refusal(422, "invalid_request", "Idempotency-Key and externalTaskId differ.");
  }
  return externalTaskId ?? header ?? crypto.randomUUID();
}

function fingerprint(input, files) {
  const given = { ...input, ...Object.fromEntries(FILES.map((name) => [name, files?.print(name) ?? input[name]])) };
  return digest(...Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Renews the lease of a create. `lost` is aborted once somebody else has it, or may have it as the store cannot be asked. */
function kept(store, key, by, sinceMs) {
  const controller = new AbortController();
  const heart = setInterval(async () => {
    const askedMs = Date.now();
    if (askedMs - sinceMs >= LEASE_MS) return controller.abort();
    const { do: verdict } = await store.apply(key, { type: "renew", by, leaseMs: LEASE_MS }).catch(() => ({}));
    if (verdict === "go") sinceMs = askedMs;
    if (verdict === "stop") controller.abort();
  }, LEASE_MS / 3);
  return { lost: controller.signal, end: () => clearInterval(heart) };
}

async function carryOut(call, { key, upstreamId, input, files, by, todo, lost }) {
  const { facts, settings: { store } } = call;
  // What the entry becomes if this fails: who comes next looks first, unless nothing can have been created.
  let becomes = "unsure";
  let submitting = false;
  try {
    let task = todo === "settle" ? await settled(call, upstreamId, lost) : undefined;
    if (task === undefined) {
      becomes = "released";
      await takeQuota(call, upstreamId);
      [becomes, submitting] = ["unsure", true];
      task = await submit(call, upstreamId, input, files, lost);
    }
    await remember(call, key, by, task.taskId);
    return task;
  } catch (thrown) {
    if (isOurs(thrown) && !leaving(thrown.code).leavesDoubt) becomes = "released";
    // The place first: who takes the id next takes a place for it, too.
    if (becomes === "released" && (submitting || !isOurs(thrown))) await store.apply(call.quota, { type: "end", id: upstreamId }).catch(() => {});
    await store.apply(key, { type: becomes, by }).catch(() => {});
    if (lost.aborted) throw new Refusal(504, "timeout", "Another request with this id is still at work.");
    if (submitting && !isOurs(thrown)) {
      facts.message = String(thrown?.message ?? thrown);
      throw new Refusal(502, "submission_unknown", UNKNOWN);
    }
    throw thrown;
  }
}

/** Looks for what an earlier request with this id may have created. */
function settled(call, upstreamId, signal) {
  return searched(call, upstreamId, { signal }).catch((thrown) => {
    throw new Refusal(502, "submission_unknown", `${UNKNOWN} ${leaving(thrown?.code ?? "").isPublic ? thrown.message : ""}`.trim());
  });
}

async function takeQuota({ settings, quota }, id) {
  const { createsPerMinute, concurrentTasks } = settings.limiter;
  if (createsPerMinute === 0 && concurrentTasks === 0) return;
  const event = { type: "take", id, perMinute: createsPerMinute, atOnce: concurrentTasks, holdMs: HOLD_MS };
  const { do: verdict, ms } = await settings.store.apply(quota, event);
  if (verdict === "rate") throw new Refusal(429, "rate_limited", "Too many videos in a minute.", { retryAfterMs: ms });
  if (verdict === "full") throw new Refusal(429, "concurrency_limit", "Too many videos at the same time.", { retryAfterMs: ms });
  if (verdict !== "go") throw new TypeError("the store gives no answer of the ledger");
}

async function submit(call, upstreamId, input, files, signal) {
  const { client, publicUrl, tokens, createTimeoutMs } = call.settings;
  let { callbackUrl } = input;
  if (callbackUrl === undefined && publicUrl !== undefined) {
    const expiresAtSeconds = Math.floor(Date.now() / 1000) + DAY_SECONDS;
    const claims = { taskId: upstreamId, externalTaskId: call.quota, expiresAtSeconds };
    callbackUrl = `${publicUrl}/callbacks/${await tokens.write("callback", claims, "")}`;
  }
  const whole = avatarFields({ ...input, callbackUrl, externalTaskId: upstreamId });
  const onProgress = call.onWaiting && (({ waiting }) => waiting?.code === "concurrency_limit" && call.onWaiting());
  const options = { timeoutMs: createTimeoutMs, onProgress, signal };
  return client.createTask(whole, files, options);
}

/** Writes down that the task exists. Where that fails, the next request with this id finds it at the service. */
async function remember({ settings, facts }, key, by, taskId) {
  for (let attempt = 1; attempt <= 3; attempt++) {
    try {
      return await settings.store.apply(key, { type: "created", by, taskId });
    } catch {
      await sleep(100 * attempt);
    }
  }
  facts.message = "the ledger could not write down a task that was created";
}
