import { configuration } from "./error.js";
import { guarded } from "./gateway-answer.js";
import { Tokens } from "./gateway-tokens.js";
import { Sender } from "./gateway-sender.js";
import { WasmGateway } from "./kling_avatar_server.js";
import { limits as usual } from "./limits.js";
import { LONGEST_MS } from "./methods.js";
import { load } from "./module.js";
import { checkOptions } from "./options.js";

/** Options that may be functions of `env`. */
const OF_ENV = ["apiKey", "allowedOrigins", "tokenSecret", "basePath", "publicUrl", "baseUrl", "store", "limiter"];
const NUMBERS = { tokenTtlSeconds: 2_592_000, createTimeoutMs: 90_000, bodyTimeoutMs: 300_000, bodyIdleMs: 20_000, uploadsAtOnce: 4 };
const LIMITER = { createsPerMinute: 10, concurrentTasks: 5 };
const FUNCTIONS = ["authorize", "clientOf", "onEvent", "fetch"];
const OTHERS = ["allow", "allowedHeaders", "allowMissingOrigin", "credentials", "videoHosts", "limits", "retry", "poll"];
const OPTIONS = [...OF_ENV, ...Object.keys(NUMBERS), ...FUNCTIONS, ...OTHERS];
/** Uploads are held in memory. */
const FILES_MAX_BYTES = 512 << 20;

/** Resolves with what the gateway runs with, or rejects and so fails closed. */
export async function settle(call) {
  const { options, env, shared } = call;
  const given = await resolved(options, env);
  await load();
  call.isLoaded = true;
  const unknown = Object.keys(given).find((name) => !OPTIONS.includes(name));
  // Such as an `authorise` that would ask nobody.
  if (unknown !== undefined) throw configuration(`There is no option ${unknown}.`);
  const parts = { ...given, tokenSecrets: list(given.tokenSecret), allowedOrigins: list(given.allowedOrigins), basePath: given.basePath ?? "/avatar", allowMissingOrigin: given.allowMissingOrigin === true };
  if (parts.allowMissingOrigin && given.authorize === undefined) throw configuration("allowMissingOrigin needs authorize: any program could create.");
  shared.fetch = given.fetch;
  const { made, text } = remade(shared, parts);
  Object.assign(shared, { made, text });
  return {
    ...made,
    store: guardedStore(given.store ?? shared.memory),
    limiter: limiterOf(given.limiter ?? {}),
    authorize: guarded("authorize", optional("authorize", given.authorize)),
    clientOf: guarded("clientOf", optional("clientOf", given.clientOf)),
    onEvent: optional("onEvent", given.onEvent),
    allow: names("allow", given.allow ?? []),
    allowedHeaders: names("allowedHeaders", given.allowedHeaders ?? []),
    videoHosts: given.videoHosts && hosts(given.videoHosts),
    credentials: given.credentials === true,
    limits: given.limits ?? {},
    fetch: given.fetch,
    ...Object.fromEntries(Object.entries(NUMBERS).map(([name, usual]) => [name, positive(name, given[name] ?? usual)])),
  };
}

async function resolved(options, env) {
  const given = { ...(typeof options === "function" ? await guarded("the function of the options", options)(env ?? {}) : options) };
  for (const name of OF_ENV) if (typeof given[name] === "function") given[name] = await guarded(name, given[name])(env ?? {});
  // An environment cannot hold nothing, only empty text.
  for (const name of ["publicUrl", "baseUrl"]) if (given[name] === "") given[name] = undefined;
  if (typeof given.limits === "object") given.limits = Object.fromEntries(Object.entries(given.limits ?? {}).filter(isGiven));
  return given;
}

/** What was made of the settings of the last request, unless those of this one are others. */
function remade(shared, parts) {
  const { apiKey, tokenSecrets, allowedOrigins, basePath, baseUrl, publicUrl, allowMissingOrigin, limits, retry, poll, fetch } = parts;
  const text = JSON.stringify([apiKey, tokenSecrets, allowedOrigins, basePath, baseUrl, publicUrl, allowMissingOrigin, limits, retry, poll, typeof fetch]);
  // The `fetch` of a request may be of its environment, and another one the next time.
  const now = typeof fetch === "function" ? (...request) => shared.fetch(...request) : fetch;
  return shared.text === text ? shared : { made: make({ ...parts, fetch: now }), text };
}

function make(parts) {
  const { imageMaxBytes, audioMaxBytes } = { ...usual, ...parts.limits };
  if (!(imageMaxBytes + audioMaxBytes <= FILES_MAX_BYTES)) throw configuration("limits: a gateway holds files of 512 MB at the most.");
  const gateway = new WasmGateway(parts);
  const { apiKey, baseUrl, fetch, limits, retry, poll } = parts;
  const client = new Sender(checkOptions({ apiKey, baseUrl, fetch, limits, retry, poll }));
  const basePath = parts.basePath.replace(/\/+$/, "");
  return {
    gateway,
    client,
    tokens: new Tokens(parts.tokenSecrets),
    publicUrl: parts.publicUrl === undefined ? undefined : address(parts.publicUrl),
    base: parts.publicUrl === undefined ? basePath : address(parts.publicUrl),
  };
}

/** A list, or text with commas in between as environment variables hold it. */
function list(value) {
  return typeof value === "string" ? value.split(",").map((item) => item.trim()).filter(Boolean) : value;
}

function address(value) {
  const url = URL.canParse(value) ? new URL(value) : {};
  const isBase = /^https?:$/.test(url.protocol) && url.href === url.origin + url.pathname;
  if (!isBase) throw configuration("publicUrl must be the gateway's full http or https URL, and nothing more.");
  return url.href.replace(/\/+$/, "");
}

const isGiven = ([, value]) => value !== undefined;

function optional(name, value) {
  if (value !== undefined && typeof value !== "function") throw configuration(`${name} must be a function.`);
  return value;
}

function positive(name, value) {
  const fits = typeof value === "number" && value > 0 && value <= LONGEST_MS;
  if (!fits) throw configuration(`${name} must be a positive number of at most ${LONGEST_MS}.`);
  return value;
}

/** A list of names; of a text that is no list `includes` would take any part. */
function names(name, value) {
  const given = list(value);
  if (Array.isArray(given) && given.every((each) => typeof each === "string" && /^[\x21-\x7e]+$/.test(each))) return given;
  throw configuration(`${name} must be a list of names.`);
}

/** As addresses have them, with a port that is not the scheme's own. */
function hosts(value) {
  const given = names("videoHosts", value).map((host) => host.toLowerCase());
  const isHost = (host) => ["http", "https"].every((scheme) => URL.canParse(`${scheme}://${host}`) && new URL(`${scheme}://${host}`).href === `${scheme}://${host}/`);
  if (given.every(isHost)) return given;
  throw configuration("videoHosts must be a list of hosts, such as cdn.example or cdn.example:8443.");
}

function limiterOf(given) {
  if (typeof given !== "object") throw configuration("limiter must be an object.");
  // A binding is of a class, and may hold what it likes.
  const isPlain = Object.getPrototypeOf(given) === Object.prototype;
  const known = [...Object.keys(LIMITER), "limit"];
  const unknown = Object.keys(given).find((name) => isPlain && !known.includes(name));
  if (unknown !== undefined) throw configuration(`limiter.${unknown} is not known; known are ${known.join(", ")}.`);
  const numbers = Object.entries(given).filter((entry) => entry[0] in LIMITER && isGiven(entry));
  for (const [name, value] of numbers) {
    if (!(typeof value === "number" && value >= 0)) throw configuration(`limiter.${name} must be a number that is not negative.`);
  }
  return { ...LIMITER, ...Object.fromEntries(numbers), limit: guarded("limiter.limit", optional("limiter.limit", given.limit)?.bind(given)) };
}

function guardedStore(store) {
  const methods = ["apply", "wait"].map((name) => {
    if (typeof store[name] !== "function") throw configuration("store must have the methods apply and wait; a binding may be missing.");
    return [name, guarded(`store.${name}`, store[name].bind(store))];
  });
  return Object.fromEntries(methods);
}
