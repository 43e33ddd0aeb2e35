import { configuration } from "./error.js";
import { guarded } from "./gateway-answer.js";
import { Tokens } from "./gateway-tokens.js";
import { WasmClient, WasmGateway } from "./kling_avatar_server.js";
import { load } from "./module.js";
import { checkOptions } from "./options.js";

/** Options that may be functions of `env`. */
const OF_ENV = ["apiKey", "allowedOrigins", "tokenSecret", "basePath", "publicUrl", "baseUrl", "store", "limiter"];
const NUMBERS = { tokenTtlSeconds: 2_592_000, createTimeoutMs: 90_000, bodyTimeoutMs: 300_000, bodyIdleMs: 20_000, uploadsAtOnce: 4 };
const LIMITER = { createsPerMinute: 10, concurrentTasks: 5 };

/** Resolves with what the gateway runs with, or rejects and so fails closed. */
export async function settle({ options, env, shared }) {
  const given = await resolved(options, env);
  await load();
  const secrets = [given.tokenSecret ?? []].flat();
  const parts = { ...given, tokenSecrets: secrets, allowedOrigins: list(given.allowedOrigins), basePath: given.basePath ?? "/avatar", allowMissingOrigin: given.allowMissingOrigin === true };
  if (parts.allowMissingOrigin && given.authorize === undefined) throw configuration("allowMissingOrigin needs authorize: any program could create.");
  shared.fetch = given.fetch;
  const { made, text } = remade(shared, parts);
  Object.assign(shared, { made, text });
  return {
    ...made,
    store: guardedStore(given.store ?? shared.memory),
    limiter: limiterOf(given.limiter ?? {}),
    authorize: guarded(optional("authorize", given.authorize)),
    clientOf: guarded(optional("clientOf", given.clientOf)),
    onEvent: optional("onEvent", given.onEvent),
    allow: names("allow", given.allow ?? []),
    allowedHeaders: names("allowedHeaders", given.allowedHeaders ?? []),
    videoHosts: given.videoHosts && names("videoHosts", given.videoHosts),
    credentials: given.credentials === true,
    limits: given.limits ?? {},
    fetch: given.fetch,
    ...Object.fromEntries(Object.entries(NUMBERS).map(([name, usual]) => [name, positive(name, given[name] ?? usual)])),
  };
}

async function resolved(options, env) {
  const given = { ...(typeof options === "function" ? await guarded(options)(env ?? {}) : options) };
  for (const name of OF_ENV) if (typeof given[name] === "function") given[name] = await guarded(given[name])(env ?? {});
  // An environment cannot hold nothing, only empty text.
  for (const name of ["publicUrl", "baseUrl"]) if (given[name] === "") given[name] = undefined;
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
  const gateway = new WasmGateway(parts);
  const { apiKey, baseUrl, fetch, limits, retry, poll } = parts;
  const client = checkOptions({ apiKey, baseUrl, fetch, limits, retry, poll });
  const basePath = parts.basePath.replace(/\/+$/, "");
  return {
    gateway,
    client: new WasmClient(client),
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
  if (!URL.canParse(value) || !/^https?:/.test(value)) throw configuration("publicUrl must be the gateway's full http or https URL.");
  return String(value).replace(/\/+$/, "");
}

function optional(name, value) {
  if (value !== undefined && typeof value !== "function") throw configuration(`${name} must be a function.`);
  return value;
}

function positive(name, value) {
  if (!(typeof value === "number" && value > 0)) throw configuration(`${name} must be a positive number.`);
  return value;
}

/** A list of names; of a text that is no list `includes` would take any part. */
function names(name, value) {
  const given = list(value);
  if (Array.isArray(given) && given.every((each) => typeof each === "string" && /^[\x21-\x7e]+$/.test(each))) return given;
  throw configuration(`${name} must be a list of names.`);
}

function limiterOf(given) {
  if (typeof given !== "object") throw configuration("limiter must be an object.");
  const numbers = Object.entries(given).filter(([name]) => name in LIMITER);
  for (const [name, value] of numbers) {
    if (!(typeof value === "number" && value >= 0)) throw configuration(`limiter.${name} must be a number that is not negative.`);
  }
  return { ...LIMITER, ...Object.fromEntries(numbers), limit: guarded(optional("limiter.limit", given.limit)?.bind(given)) };
}

function guardedStore(store) {
  const methods = ["apply", "wait"].map((name) => {
    if (typeof store[name] !== "function") throw configuration("store must have the methods apply and wait.");
    return [name, guarded(store[name].bind(store))];
  });
  return Object.fromEntries(methods);
}
