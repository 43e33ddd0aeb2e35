import { configuration } from "./error.js";

const SERVICE = "https://api.cometapi.com";
const PAGE_KEY =
  "An API key in a web page can be read by everyone who opens it. Use a gateway (gatewayUrl), " +
  "or set dangerouslyAllowBrowser: true if only you open this page.";

/**
 * Checks the options of a client. This stands here and not in the module because a constructor answers at once, and in
 * a page the module may still be on its way then.
 */
export function checkOptions(options) {
  const { apiKey, gatewayUrl, baseUrl, dangerouslyAllowBrowser, fetch, limits, retry, poll, storage, maxConcurrentTasks } =
    read(options);
  if (apiKey === undefined && gatewayUrl === undefined) {
    throw configuration("Give an apiKey or a gatewayUrl.");
  }
  if (apiKey !== undefined && gatewayUrl !== undefined) {
    throw configuration("Give either an apiKey or a gatewayUrl: a gateway holds the key itself.");
  }
  if (apiKey !== undefined) checkKey(apiKey, dangerouslyAllowBrowser);
  if (fetch !== undefined && typeof fetch !== "function") throw configuration("fetch must be a function.");
  if (storage !== undefined) checkStorage(storage);
  if (maxConcurrentTasks !== undefined && !(typeof maxConcurrentTasks === "number" && maxConcurrentTasks >= 1)) {
    throw configuration("maxConcurrentTasks must be a number of at least 1.");
  }
  return {
    apiKey,
    fetch,
    storage,
    maxConcurrentTasks,
    gatewayUrl: address("gatewayUrl", gatewayUrl),
    baseUrl: address("baseUrl", baseUrl ?? SERVICE),
    limits: checkLimits(limits),
    retry: numbers("retry", retry, 0),
    poll: numbers("poll", poll, 0),
  };
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
    throw configuration(`${name} must be a full http or https URL.`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw configuration(`${name} must be an http or https URL.`);
  if (url.username || url.password) throw configuration(`${name} must hold no name and no password: fetch refuses those.`);
  return url.href;
}

/** Gives a copy with the limits that are given. */
export function checkLimits(limits) {
  return numbers("limits", limits ?? undefined, 0);
}

function numbers(name, group, least) {
  if (group === undefined) return undefined;
  if (typeof group !== "object") throw configuration(`${name} must be an object.`);
  let entries;
  try {
    entries = Object.entries(group).filter(([, value]) => value !== undefined);
  } catch (cause) {
    throw configuration(`${name} cannot be read.`, cause);
  }
  for (const [key, value] of entries) {
    if (typeof value !== "number" || !(value >= least)) {
      throw configuration(`${name}.${key} must be a number that is not negative.`);
    }
  }
  return Object.fromEntries(entries);
}
