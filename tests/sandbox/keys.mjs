import { Refusal } from "./answers.mjs";

/**
 * Keys that always meet one answer. `everywhere`: also when reading; the others only where work is ordered.
 * @type {Record<string, { status: number, code: number, message: string, everywhere?: boolean }>}
 */
export const SPECIAL_KEYS = {
  "sk-sandbox-unknown": { status: 401, code: 1000, message: "Authentication failed", everywhere: true },
  "sk-sandbox-invalid": { status: 401, code: 1002, message: "Authorization is invalid", everywhere: true },
  "sk-sandbox-early": { status: 401, code: 1003, message: "Authorization is not yet valid", everywhere: true },
  "sk-sandbox-expired": { status: 401, code: 1004, message: "Authorization has expired", everywhere: true },
  "sk-sandbox-exception": { status: 429, code: 1100, message: "Account exception" },
  "sk-sandbox-arrears": { status: 429, code: 1101, message: "Account in arrears" },
  "sk-sandbox-used-up": { status: 429, code: 1102, message: "Resource pack used up or expired" },
  "sk-sandbox-forbidden": { status: 403, code: 1103, message: "No right to this resource", everywhere: true },
  "sk-sandbox-policy": { status: 400, code: 1300, message: "Platform policy triggered" },
  "sk-sandbox-unsafe": { status: 400, code: 1301, message: "Content safety policy triggered" },
  "sk-sandbox-too-fast": { status: 429, code: 1302, message: "Too many requests" },
  "sk-sandbox-busy": { status: 429, code: 1303, message: "Too many tasks in parallel" },
  "sk-sandbox-ip": { status: 429, code: 1304, message: "IP is not on the allow-list", everywhere: true },
  "sk-sandbox-broken": { status: 500, code: 5000, message: "Internal error" },
  "sk-sandbox-maintenance": { status: 503, code: 5001, message: "The service is under maintenance" },
  "sk-sandbox-backlog": { status: 504, code: 5002, message: "The backlog is too long" },
};

/**
 * The bearer key of a request, or `undefined`.
 * @param {Request} request
 */
export function bearerKey(request) {
  return /^Bearer +(\S+) *$/i.exec(request.headers.get("authorization") ?? "")?.[1];
}

/**
 * Returns the key if it may do this, or throws Kling's refusal.
 * @param {Request} request @param {string[] | undefined} allowed only these keys, if given
 * @param {boolean} orders whether the request orders work
 */
export function authorize(request, allowed, orders) {
  if (!request.headers.get("authorization")) throw new Refusal(401, 1001, "Authorization is empty");
  const key = bearerKey(request);
  if (!key) throw new Refusal(401, 1002, "Authorization is invalid: expected \"Bearer <key>\"");
  const special = SPECIAL_KEYS[key];
  if (special && (orders || special.everywhere)) throw new Refusal(special.status, special.code, special.message);
  const known = allowed ? allowed.includes(key) : /^sk-\S{5,}$/.test(key);
  if (!known) throw new Refusal(401, 1000, "Authentication failed: no such key");
  return key;
}

const REMEMBERED_KEYS = 10_000;
/** @type {Map<string, Promise<string>>} */
const hashes = new Map();

/** A short name for a key that does not give it away. @param {string} key */
export function keyHash(key) {
  const known = hashes.get(key);
  if (known) return known;
  if (hashes.size >= REMEMBERED_KEYS) hashes.clear();
  const hash = sha256(new TextEncoder().encode(key)).then((digest) => digest.slice(0, 16));
  hashes.set(key, hash);
  return hash;
}

/** @param {Uint8Array} bytes @returns {Promise<string>} lower-case hexadecimal */
export async function sha256(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
