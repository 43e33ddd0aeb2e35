// The public types of kling-avatar/gateway. Written by hand.

import type { ClientOptions, LimitOverrides } from "./index.js";

/** A value, or a function that takes it from the environment of a request. */
export type OfEnv<T, Env> = T | ((env: Env) => T | Promise<T>);

/** What a gateway runs with. Only the first three are required, and it serves nothing while one of them is missing. */
export interface GatewayOptions<Env = unknown> {
  /** The CometAPI key. A placeholder counts as missing. */
  apiKey: OfEnv<string | undefined, Env>;
  /**
   * The origins of the pages that are served, compared as a whole; a list, or text with commas in between. A page of another
   * site than the gateway's that sends no referrer shows videos with `<video crossorigin>`.
   */
  allowedOrigins: OfEnv<readonly string[] | string | undefined, Env>;
  /**
   * What signs tokens, at least 32 random characters; a list, or text with commas in between. The first one signs and all are taken:
   * put a new one first.
   */
  tokenSecret: OfEnv<readonly string[] | string | undefined, Env>;
  /**
   * Gives the subject of a request, such as a user's id, at most 256 characters, or nothing to refuse it. Without it the gateway
   * serves everybody whom `allowedOrigins` and `limiter` allow, and what a token names is open to whoever holds the token.
   */
  authorize?: ((request: Request, env: Env) => string | null | undefined | false | Promise<string | null | undefined | false>) | undefined;
  /** What one subject may ask for. */
  limiter?: OfEnv<Limiter | undefined, Env>;
  /** Where the gateway's addresses begin. Default `/avatar`. */
  basePath?: OfEnv<string | undefined, Env>;
  /** The gateway's own full address as the service reaches it, base path included. With it the service's callbacks are used. */
  publicUrl?: OfEnv<string | undefined, Env>;
  /** Remembers what was created. Default: the memory of the process, for development. */
  store?: OfEnv<GatewayStore | undefined, Env>;
  /**
   * Is told of every request. Never of keys, tokens, secrets or media. It may go on when the answer has gone, where `ctx` is given.
   * Default: failures go to the console.
   */
  onEvent?: ((event: GatewayEvent) => void | Promise<void>) | undefined;
  /**
   * Tells visitors apart where there is no `authorize`. Default: `CF-Connecting-IP` in Workers, of IPv6 its network of 64 bits;
   * elsewhere nobody.
   */
  clientOf?: ((request: Request, env: Env) => string | Promise<string>) | undefined;
  /**
   * Names of what a page may pass on: `callbackUrl`, members of `extra`, and `audioId` for speech that this gateway has not
   * made; a list, or text with commas in between. Default: nothing.
   */
  allow?: readonly string[] | string | undefined;
  /** Further request headers that pages of other origins may send. */
  allowedHeaders?: readonly string[] | string | undefined;
  /** Whether pages of the allowed origins may send cookies. Default `false`. */
  credentials?: boolean | undefined;
  /** Whether programs, which send no `Origin`, may create. Only together with `authorize`. Default `false`. */
  allowMissingOrigin?: boolean | undefined;
  /** The hosts (with a port that is not the scheme's own) that videos are fetched from. Default: those that the service names. */
  videoHosts?: readonly string[] | string | undefined;
  /** How long a token is valid from its task's creation. Default 2 592 000 (30 days, as long as the video is there). */
  tokenTtlSeconds?: number | undefined;
  /**
   * How long the service may take to accept a task, in milliseconds; its files are held meanwhile. Where the account has too
   * many tasks in parallel, the gateway waits so long, which the page is told, and then the page waits and sends again.
   * Default 90 000.
   */
  createTimeoutMs?: number | undefined;
  /** How long an upload may take in all. Default 300 000. No time here may be longer than a timer's longest, 2 147 483 647. */
  bodyTimeoutMs?: number | undefined;
  /** How long an upload may stand still. Default 20 000. */
  bodyIdleMs?: number | undefined;
  /** How many uploads one isolate holds at the same time, 15 MB each at the most; the others wait. Files in JSON count twice. Default 4. */
  uploadsAtOnce?: number | undefined;
  /** The address of the API. Default `https://api.cometapi.com`. */
  baseUrl?: OfEnv<string | undefined, Env>;
  /** Used instead of the global `fetch` for the service and for videos. */
  fetch?: typeof fetch | undefined;
  /** Replaces single limits, for a provider that allows more or less; of both files together at most 512 MB. */
  limits?: LimitOverrides | undefined;
  /** How often and how soon a request to the service is repeated; as in `ClientOptions`. */
  retry?: ClientOptions["retry"];
  /** How soon speech that the service has only accepted is asked for again: its `minIntervalMs`, as in `ClientOptions`. */
  poll?: Pick<NonNullable<ClientOptions["poll"]>, "minIntervalMs"> | undefined;
}

/** What one subject may ask for; 0 is without limit. */
export interface Limiter {
  /** Default 10. */
  createsPerMinute?: number | undefined;
  /** Tasks at the same time. Default 5. */
  concurrentTasks?: number | undefined;
  /** Asked before each create, speech and search; a rate limiting binding of Workers does. An answer of any other kind is a failure. */
  limit?(options: { key: string }): Promise<{
    /** Whether the request may go on. */
    success: boolean;
  }>;
}

/** What happened to a request. */
export interface GatewayEvent {
  /** The gateway's id of the request, which its answer carries, too. */
  requestId: string;
  /** The HTTP method. */
  method: string;
  /** The HTTP status that was answered. */
  status: number;
  /** How long it took. */
  ms: number;
  /** Which of the gateway's addresses was asked, without ids. */
  route?: string;
  /** Whom `authorize` named. */
  subject?: string;
  /** The service's id of the task. */
  taskId?: string;
  /** The code of the refusal or failure. */
  code?: string;
  /** Why, for failures that pages are not told about. */
  message?: string;
}

/** Remembers what was created, each entry changed by one event at a time. */
export interface GatewayStore {
  /** Takes an event into an entry and resolves with what is to be done. */
  apply(key: string, event: Record<string, unknown>): Promise<{
    /** What is to be done; further members say with what. */
    do: string;
    [name: string]: unknown;
  }>;
  /** Resolves when the entry has changed since `sinceMs`, or after `ms`; it may resolve early. */
  wait(key: string, ms: number, sinceMs: number): Promise<void>;
}

/** What {@link createGateway} makes. */
export interface Gateway<Env = unknown> {
  /**
   * Answers a request: the handler of a Worker, of `Deno.serve`, `Bun.serve`, a Hono or Next.js route. Workers end a request
   * with its visitor unless they are given `ctx`.
   */
  fetch(request: Request, env?: Env, ctx?: { waitUntil(promise: Promise<unknown>): void }): Promise<Response>;
}

/** Makes a gateway: it holds the key, and pages talk to it with `new AvatarClient({ gatewayUrl })`. */
export function createGateway<Env = unknown>(
  options: GatewayOptions<Env> | ((env: Env) => GatewayOptions<Env> | Promise<GatewayOptions<Env>>),
): Gateway<Env>;

/** Remembers in this process only: for development, and for a single process that may forget when it ends. */
export function memoryStore(): GatewayStore;

/** Remembers in a database that can compare and set. A version must never come again, not even after its entry was removed. */
export function keyValueStore(database: {
  read(key: string): Promise<{ value: string; version: unknown } | undefined>;
  /** Stores, or removes where `value` is `undefined`, only if the entry still has that version; `undefined`: there is none. */
  write(key: string, value: string | undefined, version: unknown, expiresAtMs: number): Promise<boolean>;
}): GatewayStore;

/** A namespace of Durable Objects, as `env` of a Worker holds it. */
export interface LedgerNamespace {
  /** Names one object. */
  idFromName(name: string): unknown;
  /** Gives the object of an id. */
  get(id: unknown): {
    /** Asks the object. */
    fetch(url: string, init?: { method?: string; body?: string }): Promise<LedgerAnswer>;
  };
}

/** What a Durable Object answers. */
export interface LedgerAnswer {
  /** Whether the status is 200 to 299. */
  ok: boolean;
  /** The HTTP status. */
  status: number;
  /** Reads the body as JSON. */
  json(): Promise<unknown>;
  /** Reads the body as text. */
  text(): Promise<string>;
}

/** Remembers in Durable Objects of the class {@link AvatarLedger}, one for each entry. */
export function durableObjectStore(namespace: LedgerNamespace): GatewayStore;

/** The Durable Object class that a Worker exports. */
export class AvatarLedger {
  /** What the types of Workers know such a class by; there is no such field. */
  readonly __DURABLE_OBJECT_BRAND: never;
  constructor(state: { storage: unknown }, env?: unknown);
  /** Takes an event into the entry. */
  fetch(request: Request): Promise<Response>;
  /** Forgets the entry when its time is over. */
  alarm(): Promise<void>;
}
