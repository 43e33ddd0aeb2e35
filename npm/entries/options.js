import { configuration } from "./error.js";
import { limits as documented } from "./limits.js";

const SERVICE = "https://api.cometapi.com";
const PAGE_KEY =
  "An API key in a web page can be read by everyone who opens it. Use a gateway (gatewayUrl), " +
  "or set dangerouslyAllowBrowser: true if only you open this page.";

/**
 * Checks the options of a client, and gives a list of them in the order in which the module reads it. This stands here and
 * not in the module because a constructor answers at once, and in a page the module may still be on its way then.
 */
export function checkOptions(options) {
  const { apiKey, gatewayUrl, baseUrl, dangerouslyAllowBrowser, fetch, limits, retry, poll, storage, maxConcurrentTasks } =
    read(options);
  if ((apiKey === undefined) === (gatewayUrl === undefined)) {
    throw configuration("Give either an apiKey or a gatewayUrl: a gateway holds the key itself.");
  }
  if (apiKey !== undefined) checkKey(apiKey, dangerouslyAllowBrowser);
  if (fetch !== undefined && typeof fetch !== "function") throw configuration("fetch must be a function.");
  if (storage !== undefined) checkStorage(storage);
  if (maxConcurrentTasks !== undefined && !(typeof maxConcurrentTasks === "number" && maxConcurrentTasks >= 1)) {
    throw configuration("maxConcurrentTasks must be a number of at least 1.");
  }
  const [gateway, service] = [address("gatewayUrl", gatewayUrl), address("baseUrl", baseUrl ?? SERVICE)];
  return [
    apiKey,
    gateway ?? service,
    fetch,
    storage,
    maxConcurrentTasks,
    ...numbers("retry", retry, ["maxAttempts", "minDelayMs", "maxDelayMs"]),
    ...numbers("poll", poll, ["minIntervalMs", "maxIntervalMs", "timeoutMs"]),
    ...checkLimits(limits),
  ];
}

/** Reads each option once; `null` counts as left out. */
function read(options) {
  if (typeof options !== "object" || options === null) throw configuration("Give an object with an apiKey or a gatewayUrl.");
  try {
    return Object.fromEntries(Object.entries({ ...options }).filter(([, value]) => value !== null && value !== undefined));
  } catch (cause) {
    throw configuration("The options cannot be read.", cause);
  }
}

function checkKey(apiKey, allowed) {
  if (typeof apiKey !== "function" && (typeof apiKey !== "string" || !/^[\x21-\x7e]+$/.test(apiKey))) {
    throw configuration("apiKey must be non-empty text of visible ASCII characters, or a function that gives it.");
  }
  if (isBrowser() && allowed !== true) throw configuration(PAGE_KEY);
}

function checkStorage(storage) {
  const missing = ["get", "set", "delete"].find((name) => typeof storage[name] !== "function");
  if (missing) throw configuration(`storage must have the methods get, set and delete; ${missing} is missing.`);
}

/** A page, or a worker of one. Edge runtimes have workers' globals, too, but no address of a page. */
function isBrowser() {
  if (typeof window === "object" && typeof document === "object") return true;
  const { Deno, Bun, process, location, WorkerGlobalScope } = globalThis;
  return WorkerGlobalScope !== undefined && typeof location === "object" && !(Deno ?? Bun ?? process?.versions?.node);
}

function address(name, value) {
  if (value === undefined) return undefined;
  let url;
  try {
    url = new URL(value);
  } catch {
    // Told below.
  }
  if (!/^https?:$/.test(url?.protocol)) throw configuration(`${name} must be a full http or https URL.`);
  if (url.username || url.password) throw configuration(`${name} must hold no name and no password: fetch refuses those.`);
  return url.href;
}

/** Gives a list of the limits that are given, in the order of all. */
export function checkLimits(limits) {
  return numbers("limits", limits ?? undefined, Object.keys(documented));
}

/** Gives a list of the known members, read as a platform does, inherited ones, too. Another name of the group's own is a slip of the pen. */
function numbers(name, group, known) {
  if (group === undefined) return known.map(() => undefined);
  if (typeof group !== "object") throw configuration(`${name} must be an object.`);
  const given = {};
  try {
    for (const key of [...known, ...Object.keys(group)]) if (group[key] !== undefined) given[key] = group[key];
  } catch (cause) {
    throw configuration(`${name} cannot be read.`, cause);
  }
  for (const key in given) {
    if (!known.includes(key)) throw configuration(`${name}.${key} is not known; known are ${known.join(", ")}.`);
    if (!(typeof given[key] === "number" && given[key] >= 0)) throw configuration(`${name}.${key} must be a number that is not negative.`);
  }
  return known.map((key) => given[key]);
}
