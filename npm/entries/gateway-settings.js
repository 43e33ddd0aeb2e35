import { configuration } from "./error.js";
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
  const parts = { ...given, tokenSecrets: secrets, allowedOrigins: list(given.allowedOrigins), basePath: given.basePath ?? "/avatar" };
  const { apiKey, allowedOrigins, basePath, baseUrl, publicUrl, allowMissingOrigin } = parts;
  if (allowMissingOrigin && given.authorize === undefined) throw configuration("allowMissingOrigin needs authorize: any program could create.");
  const text = JSON.stringify([apiKey, secrets, allowedOrigins, basePath, baseUrl, publicUrl, allowMissingOrigin]);
  if (shared.text !== text) Object.assign(shared, { made: make(parts), text });
  return {
    ...shared.made,
    store: given.store ?? shared.memory,
    limiter: { ...LIMITER, limit: given.limiter?.limit?.bind(given.limiter), ...numbersOf(given.limiter) },
    authorize: optional("authorize", given.authorize),
    clientOf: optional("clientOf", given.clientOf),
    onEvent: optional("onEvent", given.onEvent),
    allow: given.allow ?? [],
    allowedHeaders: given.allowedHeaders ?? [],
    videoHosts: given.videoHosts,
    credentials: given.credentials === true,
    limits: given.limits ?? {},
    fetch: given.fetch,
    ...Object.fromEntries(Object.entries(NUMBERS).map(([name, usual]) => [name, positive(name, given[name] ?? usual)])),
  };
}

async function resolved(options, env) {
  const given = { ...(typeof options === "function" ? await options(env ?? {}) : options) };
  for (const name of OF_ENV) if (typeof given[name] === "function") given[name] = await given[name](env ?? {});
  // An environment cannot hold nothing, only empty text.
  for (const name of ["publicUrl", "baseUrl"]) if (given[name] === "") given[name] = undefined;
  return given;
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

function numbersOf(limiter = {}) {
  const given = Object.entries(limiter).filter(([name]) => name in LIMITER);
  for (const [name, value] of given) if (!(value >= 0)) throw configuration(`limiter.${name} must be a number that is not negative.`);
  return Object.fromEntries(given);
}
