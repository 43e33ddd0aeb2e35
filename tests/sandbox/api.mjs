import { adminPath, handleAdmin } from "./admin.mjs";
import { ConnectionLost, Refusal, html, preflight, refuse, succeed, unknownPath, withCors } from "./answers.mjs";
import { createCallbacks } from "./callbacks.mjs";
import { cancellable, systemClock } from "./clock.mjs";
import { createTask, originOf } from "./create.mjs";
import { createFaults, runWithFaults } from "./faults.mjs";
import { readFields } from "./fields.mjs";
import { createFiles } from "./files.mjs";
import { authorize, bearerKey, keyHash } from "./keys.mjs";
import { createLedger } from "./ledger.mjs";
import { changeOptions, defaultOptions } from "./options.mjs";
import { seededRandom } from "./random.mjs";
import { createRateLimit } from "./rate.mjs";
import { classify } from "./routes.mjs";
import { checkSpeech, createSpeeches, speechView } from "./speeches.mjs";
import { inPieces, throttled } from "./throttle.mjs";
import { createTasks, view, wrappedView } from "./tasks.mjs";

/**
 * @typedef {object} ApiConfig
 * @property {typeof import("./checks.mjs")} checks
 * @property {(media: { image?: Uint8Array, sound?: Uint8Array, mode: "std" | "pro" }) => Promise<{ bytes: Uint8Array, durationSeconds: number, type?: string }>} makeVideo
 * @property {(request: import("./speeches.mjs").SpeechRequest) => Promise<import("./speeches.mjs").MadeSpeech>} speech
 * @property {import("./clock.mjs").Clock} [clock]
 * @property {number | string} [seed] of everything random
 * @property {string[]} [keys] only these are accepted
 * @property {typeof fetch} [fetch] for callbacks and for media given as URLs
 * @property {string} [basePath] in front of every path, without a slash at its end
 * @property {Partial<import("./options.mjs").Options>} [options]
 *
 * @typedef {ReturnType<typeof makeParts>} Parts
 */

/**
 * The sandbox API as a fetch handler: no Node, no sockets; everything of the platform is passed in.
 * `fetch` rejects with ConnectionLost where a fault cuts the connection.
 * @param {ApiConfig} config
 */
export function createSandboxApi(config) {
  const parts = makeParts(config);
  return {
    ...parts,
    /** @param {Request} request @returns {Promise<Response>} */
    async fetch(request) {
      if (request.method === "OPTIONS" && (parts.options.cors || adminPath(request, parts.basePath))) return preflight(request);
      if (adminPath(request, parts.basePath)) return withCors(await handleAdmin(parts, request));
      const response = await answer(parts, request);
      return parts.options.cors ? withCors(response) : response;
    },
  };
}

/** @param {ApiConfig} config */
function makeParts(config) {
  const options = defaultOptions();
  changeOptions(options, config.options ?? {});
  const clock = cancellable(config.clock ?? systemClock);
  const random = seededRandom(config.seed ?? 1);
  const fetch = config.fetch ?? globalThis.fetch.bind(globalThis);
  const ledger = createLedger(clock);
  const faults = createFaults(random.fork("faults"));
  const callbacks = createCallbacks({ clock, options, faults, ledger, fetch });
  const parts = {
    options, clock, random, fetch, ledger, faults, callbacks,
    tasks: createTasks({ clock, random: random.fork("tasks"), options, ledger, callbacks }),
    speeches: createSpeeches({ clock, random: random.fork("speeches"), options }),
    files: createFiles(),
    rate: createRateLimit(clock, options),
    checks: config.checks, makeVideo: config.makeVideo, speech: config.speech,
    keys: config.keys, basePath: config.basePath ?? "",
  };
  let resets = 0;
  return {
    ...parts,
    reset() {
      resets += 1;
      reset(parts);
    },
    /** Gives a function that throws once there was a reset, for what is done after waiting. */
    sinceReset() {
      const before = resets;
      return () => {
        if (resets !== before) throw new ConnectionLost("during");
      };
    },
  };
}

/** Forgets everything but the options, and cuts the requests that a fault delays. @param {Omit<Parts, "reset" | "sinceReset">} parts */
function reset({ clock, tasks, speeches, callbacks, ledger, rate, faults, files }) {
  clock.clearAll(new ConnectionLost("during"));
  for (const part of [tasks, speeches, callbacks, ledger, rate]) part.reset();
  faults.clear();
  files.clear();
}

/** @param {Parts} parts @param {Request} request */
async function answer(parts, request) {
  const route = classify(request, parts.basePath);
  const bearer = bearerKey(request);
  const key = bearer ? await keyHash(bearer) : "-";
  const requestId = parts.random.uuid();
  parts.ledger.countRequest(route.kind, key);
  const plan = parts.faults.plan(route.kind, key);
  for (const { action, when } of [...plan.delays, ...(plan.final ? [plan.final] : [])]) {
    parts.ledger.note("faults", { key, on: route.kind, action, when });
  }
  const envelope = parts.options.envelope === "kling" ? "kling" : "comet";
  const handle = () => handleRoute(parts, request, route, key, requestId).catch((error) => {
    if (!(error instanceof Refusal)) throw error;
    parts.ledger.note("refusals", { key, kind: route.kind, status: error.status, code: error.code, message: error.message });
    return refuse(error, envelope, requestId);
  });
  const response = await runWithFaults(plan, request, handle, { sleep: parts.clock.sleep, envelope, requestId });
  response.headers.set("x-request-id", requestId);
  return response;
}

/**
 * @param {Parts} parts @param {Request} request @param {import("./routes.mjs").Route} route
 * @param {string} key @param {string} requestId
 */
async function handleRoute(parts, request, route, key, requestId) {
  const { options } = parts;
  if (route.kind === "file") return slowed(parts.files.serve(request, route.id), parts);
  if (route.kind === "home") return html("kling-avatar: the sandbox API server", 200);
  if (route.kind === "unknown") return unknownPath(options.unknownPath, requestId, route.id);
  const orders = route.kind === "create" || route.kind === "speech";
  authorize(request, parts.keys, orders);
  if (route.kind === "wrongMethod") throw new Refusal(404, 1202, `The method ${request.method} is wrong here`);
  parts.rate.check(key);
  if (route.kind === "create") return succeed(brief(await createTask(parts, request, key)), requestId);
  if (route.kind === "speech") return speak(parts, request, key, requestId);
  if (route.kind === "speechRead") return readSpeech(parts, request, route.id, key, requestId);
  return readTasks(parts, request, route, key, requestId);
}

/** @param {Response} response @param {Parts} parts */
function slowed(response, { options, clock }) {
  if (!options.downloadBytesPerSecond || !response.body) return response;
  return new Response(throttled(inPieces(response.body), options.downloadBytesPerSecond, clock.sleep), response);
}

/** What a create answers. @param {import("./tasks.mjs").Task} task */
function brief(task) {
  const { task_id, task_status, task_info, created_at, updated_at } = view(task);
  return { task_id, task_status, task_info, created_at, updated_at };
}

/**
 * @param {Parts} parts @param {Request} request @param {import("./routes.mjs").Route} route
 * @param {string} key @param {string} requestId
 */
function readTasks({ options, tasks }, request, route, key, requestId) {
  const { pathname, searchParams } = new URL(request.url);
  const unsupported = () => unknownPath(options.unknownPath, requestId, pathname);
  if (route.kind === "read") return one(tasks.byTaskId(key, route.id), route.id, options, requestId);
  if (route.kind === "find" && route.by === "path") {
    return options.findByPath ? one(tasks.byExternalId(key, route.id), route.id, options, requestId) : unsupported();
  }
  if (route.kind === "find" && options.findByQuery !== "ignored") {
    if (!options.findByQuery) return unsupported();
    const task = tasks.byExternalId(key, route.id);
    if (options.findByQuery === "list") return succeed(task ? [view(task)] : [], requestId);
    return one(task, route.id, options, requestId);
  }
  if (!options.list) return unsupported();
  const [pageNum, pageSize] = [pageParameter(searchParams, "pageNum", 1, 1000), pageParameter(searchParams, "pageSize", 30, 500)];
  return succeed(tasks.page(key, pageNum, pageSize).map(view), requestId);
}

/** @param {URLSearchParams} search @param {string} name @param {number} normal @param {number} max */
function pageParameter(search, name, normal, max) {
  const value = search.get(name);
  if (value === null) return normal;
  if (!/^\d+$/.test(value) || Number(value) < 1 || Number(value) > max) throw new Refusal(400, 1201, `${name} must be 1 to ${max}`);
  return Number(value);
}

/** @param {import("./tasks.mjs").Task | undefined} task @param {string} id @param {Parts["options"]} options @param {string} requestId */
function one(task, id, options, requestId) {
  if (!task) throw new Refusal(404, 1203, `No such task: ${id}`);
  if (options.envelope !== "wrapped") return succeed(view(task), requestId);
  return Response.json(wrappedView(task));
}

/** @param {Parts} parts @param {Request} request @param {string} key @param {string} requestId */
async function speak(parts, request, key, requestId) {
  const assertNoReset = parts.sinceReset();
  const order = checkSpeech(await readFields(request, parts), parts.options, requestId);
  const made = await parts.speech(order);
  assertNoReset();
  const speech = parts.speeches.add(made, key);
  parts.files.put(`${speech.id}.${speech.extension}`, { bytes: speech.bytes, type: speech.type });
  parts.ledger.note("speeches", { key, audioId: speech.id, taskId: speech.taskId, seconds: speech.seconds, voiceId: order.voiceId });
  return succeed(speechView(speech, `${originOf(request)}${parts.basePath}/files/`, parts.clock.now()), requestId);
}

/** @param {Parts} parts @param {Request} request @param {string} taskId @param {string} key @param {string} requestId */
function readSpeech(parts, request, taskId, key, requestId) {
  const speech = parts.speeches.byTaskId(taskId, key);
  if (!speech) throw new Refusal(404, 1203, `No such task: ${taskId}`);
  return succeed(speechView(speech, `${originOf(request)}${parts.basePath}/files/`, parts.clock.now()), requestId);
}

export { ConnectionLost };
