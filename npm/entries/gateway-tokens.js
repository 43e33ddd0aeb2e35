import { Refusal } from "./gateway-refusal.js";
import { readToken, tokenText, writeToken } from "./kling_avatar_server.js";

const HMAC = { name: "HMAC", hash: "SHA-256" };
const encoder = new TextEncoder();

/** Signs with the first secret and takes what any of them has signed. */
export class Tokens {
  #secrets;

  constructor(secrets) {
    this.#secrets = secrets;
  }

  async write(purpose, { taskId, externalTaskId, expiresAtSeconds }, subject) {
    const text = tokenText(purpose, taskId, externalTaskId, expiresAtSeconds, subject);
    const mac = await crypto.subtle.sign(HMAC, await keyOf(this.#secrets[0]), encoder.encode(text));
    const token = writeToken(taskId, externalTaskId, expiresAtSeconds, new Uint8Array(mac));
    if (token === undefined) throw new Refusal(502, "invalid_response", "The service gave an id that is none.");
    return token;
  }

  /** Resolves with what a token says, or with nothing unless this gateway gave it to this subject. */
  async read(purpose, token, subject) {
    const claims = readToken(token, Date.now());
    if (claims === undefined) return undefined;
    const { taskId, externalTaskId, expiresAtSeconds, mac } = claims;
    const text = encoder.encode(tokenText(purpose, taskId, externalTaskId, expiresAtSeconds, subject));
    let genuine = false;
    for (const secret of this.#secrets) {
      // WebCrypto compares in constant time.
      genuine = (await crypto.subtle.verify(HMAC, await keyOf(secret), mac, text)) || genuine;
    }
    return genuine ? claims : undefined;
  }
}

function keyOf(secret) {
  return crypto.subtle.importKey("raw", encoder.encode(secret), HMAC, false, ["sign", "verify"]);
}

/** A short name for texts, from which they cannot be told. */
export async function digest(...texts) {
  const hash = await crypto.subtle.digest("SHA-256", encoder.encode(JSON.stringify(texts)));
  return base64url(new Uint8Array(hash, 0, 24));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_");
}
