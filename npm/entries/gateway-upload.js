import { Refusal, wrongInput } from "./gateway-refusal.js";
import { inTime, sleep } from "./gateway-time.js";
import { WasmUpload } from "./kling_avatar_server.js";
import { limits as usual } from "./limits.js";

const CHUNK_BYTES = 1_048_576;
/** For what is no upload, because of such requests there may be any number; and the least that is worth a read. */
const SMALL_CHUNK_BYTES = 16_384;
const FORM_EXTRA_BYTES = 81_920;
/** Base64 in JSON takes four times the memory of a form's files, so large files have to come in a form. */
const JSON_MAX_BYTES = 8 << 20;
/** Up to here JSON holds no file worth counting. */
const JSON_SMALL_BYTES = 1 << 20;
const CALLBACK_MAX_BYTES = 65_536;
const TEXTS = ["prompt", "mode", "audioId", "callbackUrl", "externalTaskId"];
export const FILES = ["image", "soundFile"];
const DRAIN_MS = 10_000;
const DRAIN_BYTES = 32 << 20;
const DRAIN_STRANGER_BYTES = 1 << 20;
const PLACE_WAIT_MS = 30_000;
const PLACE_GRACE_MS = 1000;

/** Waits until this isolate has the memory for one more upload. */
export async function takePlace(call) {
  const { request, shared: { uploads }, settings: { uploadsAtOnce } } = call;
  const until = Date.now() + PLACE_WAIT_MS;
  const places = Math.min(uploadsAtOnce, placesOf(request.headers));
  while (taken(uploads) + places > uploadsAtOnce) {
    if (Date.now() > until) throw new Refusal(429, "rate_limited", "Too many uploads at once.", { retryAfterMs: 2000 });
    await sleep(20 + Math.random() * 30);
  }
  const place = (call.place = { places, untilMs: Infinity });
  keepPlace(call, call.settings.bodyIdleMs);
  uploads.add(place);
  return () => uploads.delete(place);
}

/** Keeps the place of an upload for what it does next, which takes no longer than that. */
function keepPlace({ place }, ms) {
  if (place !== undefined) place.untilMs = Date.now() + ms + PLACE_GRACE_MS;
}

/** Files in JSON take two places: as bytes, as text and as a part of that they are there several times for a while. */
function placesOf(headers) {
  const bytes = Number(headers.get("content-length") ?? JSON_MAX_BYTES);
  return isJson(headers.get("content-type") ?? "") && bytes > JSON_SMALL_BYTES ? 2 : 1;
}

/** How many places are taken. Once its visitor has gone, a platform may end a request without a word: no `finally` runs. */
function taken(uploads) {
  for (const place of uploads) if (Date.now() > place.untilMs) uploads.delete(place);
  return [...uploads].reduce((sum, { places }) => sum + places, 0);
}

/**
 * Reads what a create asks for: only the fields of the contract, and only those that may be forwarded. The files of a form
 * come apart, in memory that has to be freed.
 */
export async function readInput(call) {
  const type = call.request.headers.get("content-type") ?? "";
  if (isJson(type)) return { input: checked(call, await readJson(call, JSON_MAX_BYTES)) };
  const files = await readForm(call, type);
  try {
    const text = files.input();
    return { input: checked(call, text === undefined ? {} : parsed(text), files), files };
  } catch (thrown) {
    files.free();
    throw thrown;
  }
}

function checked(call, fields, files) {
  const { extra, ...rest } = fields;
  const input = {};
  for (const [name, value] of Object.entries(rest)) {
    if (!TEXTS.includes(name) && !FILES.includes(name)) throw new Refusal(422, "invalid_request", "The input has a field that is not known.");
    if (value === undefined || value === null) continue;
    if (typeof value !== "string") throw wrongInput(name, "unsupported_type", "This field must be text.");
    if (files?.print(name) !== undefined) throw wrongInput(name, "conflict", "This file is given twice.");
    input[name] = value;
  }
  const { allow } = call.settings;
  if (input.callbackUrl !== undefined && !allow.includes("callbackUrl")) {
    throw wrongInput("callbackUrl", "invalid_value", "This gateway does not forward a callback URL.");
  }
  if (extra !== undefined && extra !== null) input.extra = allowedExtra(extra, allow);
  return input;
}

function allowedExtra(extra, allow) {
  const names = typeof extra === "object" && !Array.isArray(extra) ? Object.keys(extra) : [undefined];
  const foreign = names.find((name) => !allow.includes(name));
  if (foreign !== undefined || names[0] === undefined && names.length > 0) {
    throw wrongInput("extra", "invalid_value", "This gateway does not forward these extra fields.");
  }
  try {
    JSON.stringify(extra);
  } catch {
    throw wrongInput("extra", "invalid_value", "The extra fields are nested too deeply.");
  }
  return extra;
}

function isJson(type) {
  return type.split(";")[0].trim().toLowerCase() === "application/json";
}

async function readForm(call, type) {
  const { limits } = call.settings;
  const { imageMaxBytes, audioMaxBytes } = { ...usual, ...limits };
  const most = imageMaxBytes + audioMaxBytes + FORM_EXTRA_BYTES;
  const declared = declaredBytes(call.request, most);
  const upload = WasmUpload.begin(type, declared, limits);
  if (upload === undefined) throw new Refusal(415, "invalid_request", "Send multipart/form-data or application/json.");
  try {
    await eachChunk(call, most, (chunk) => {
      const refused = upload.push(chunk);
      if (refused !== undefined) throw new Refusal(refused.tooLarge ? 413 : 400, "invalid_request", refused.message);
    });
  } catch (thrown) {
    upload.free();
    throw thrown;
  }
  const files = upload.finish();
  if (files === undefined) throw new Refusal(400, "invalid_request", "The form is cut off.");
  return files;
}

/** Reads a body of JSON, which has to be an object. */
export async function readJson(call, most = CALLBACK_MAX_BYTES) {
  const chunks = [];
  declaredBytes(call.request, most);
  await eachChunk(call, most, (chunk) => void chunks.push(chunk.slice()));
  return parsed(new Uint8Array(await new Blob(chunks).arrayBuffer()));
}

function parsed(bytes) {
  let value;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal(400, "invalid_request", "The input is no JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refusal(400, "invalid_request", "The input is no JSON object.");
  return value;
}

function declaredBytes({ headers }, most) {
  const text = headers.get("content-length");
  if (text === null) return undefined;
  const declared = Number(text);
  if (declared > most) throw tooLarge();
  return Number.isFinite(declared) ? declared : undefined;
}

function tooLarge() {
  return new Refusal(413, "invalid_request", "The request is larger than this gateway takes.");
}

/** Hands each chunk to `use`, within the limits of bytes and time: what a header declares proves nothing. */
async function eachChunk(call, most, use) {
  const { request, settings } = call;
  if (request.body === null) return;
  const read = (call.reader = reader(request.body, most > CALLBACK_MAX_BYTES ? CHUNK_BYTES : SMALL_CHUNK_BYTES));
  const clock = untilLate(settings);
  let bytes = 0;
  try {
    for (;;) {
      const chunk = await Promise.race([next(read), clock.late]);
      if (chunk === undefined) return keepPlace(call, 2 * settings.createTimeoutMs);
      clock.progress();
      keepPlace(call, settings.bodyIdleMs);
      bytes += chunk.length;
      if (bytes > most) throw tooLarge();
      use(chunk);
    }
  } finally {
    clock.stop();
  }
}

/** Rejects when an upload stands still or takes too long in all. One timer serves all chunks: thousands of them cost more than reading. */
function untilLate({ bodyTimeoutMs, bodyIdleMs }) {
  const until = Date.now() + bodyTimeoutMs;
  let progressAt = Date.now();
  let timer;
  const late = new Promise((_, reject) => {
    const look = () => {
      const leftMs = Math.min(until, progressAt + bodyIdleMs) - Date.now();
      if (leftMs > 0) timer = setTimeout(look, leftMs);
      else reject(new Refusal(408, "timeout", "The request took too long to arrive."));
    };
    look();
  });
  late.catch(() => {});
  return { late, progress: () => (progressAt = Date.now()), stop: () => clearTimeout(timer) };
}

function next(read) {
  return read.next().catch(() => {
    throw new Refusal(400, "invalid_request", "The request broke off.");
  });
}

/**
 * Takes in the rest of a refused upload without keeping it: a connection that is closed while a page is still sending
 * shows that page a network error in place of the refusal. Bounded, because not everybody is a page.
 */
export async function drain(call) {
  const { request, settings, origin } = call;
  if (request.body === null || (request.bodyUsed && call.reader === undefined)) return;
  const until = Date.now() + Math.min(settings?.bodyIdleMs ?? 1000, DRAIN_MS);
  let left = origin === undefined ? DRAIN_STRANGER_BYTES : DRAIN_BYTES;
  const read = (call.reader ??= reader(request.body, SMALL_CHUNK_BYTES));
  read.shrink();
  try {
    while (left > 0) {
      const chunk = await inTime(next(read), until - Date.now(), "the rest of a refused upload");
      if (chunk === undefined) return;
      left -= chunk.length;
    }
  } catch {
    // It has ended, or takes too long.
  }
  read.cancel();
}

/**
 * Reads into one buffer again and again where the platform can, in pieces that are worth their while: of what comes in a quarter of
 * a second, as nothing can be told of a piece on its way, and an upload over a slow line does not stand still.
 */
function reader(body, chunkBytes) {
  let byob;
  try {
    byob = body.getReader({ mode: "byob" });
  } catch {
    const plain = body.getReader();
    return { next: async () => (await plain.read()).value, shrink: () => {}, cancel: () => void plain.cancel().catch(() => {}) };
  }
  let buffer = new ArrayBuffer(chunkBytes);
  let leastBytes = SMALL_CHUNK_BYTES;
  const next = async () => {
    const [view, began] = [new Uint8Array(buffer), Date.now()];
    const { value } = await (byob.readAtLeast?.(Math.min(leastBytes, view.length), view) ?? byob.read(view));
    if (value === undefined || value.length === 0) return undefined;
    buffer = value.buffer;
    // By steps, as what has come before anybody read says nothing of the line.
    const soonBytes = Math.ceil((value.length * 250) / (Date.now() - began || 1));
    leastBytes = Math.max(SMALL_CHUNK_BYTES, Math.min(soonBytes, 16 * leastBytes));
    return value;
  };
  const shrink = () => (buffer = new ArrayBuffer(SMALL_CHUNK_BYTES));
  return { next, shrink, cancel: () => void byob.cancel().catch(() => {}) };
}
