import { Refusal } from "./answers.mjs";

/** @param {string} url */
export function isLoopback(url) {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/**
 * Gives the bytes of a picture or voice that came as a URL; `undefined` if it is not to be fetched.
 * @param {string} url @param {number} maxBytes
 * @param {{ fetch: typeof globalThis.fetch, options: import("./options.mjs").Options, ownFile: (url: string) => Uint8Array | undefined }} parts
 * @returns {Promise<Uint8Array | undefined>}
 */
export async function loadMedia(url, maxBytes, { fetch, options, ownFile }) {
  const own = ownFile(url);
  if (own) return own;
  if (!options.allowRemote && !isLoopback(url)) return undefined;
  const response = await fetch(url, { redirect: options.allowRemote ? "follow" : "error", signal: AbortSignal.timeout(15_000) });
  if (!response.ok) throw new Refusal(400, 1201, `${url} answers ${response.status}`);
  return readCapped(response.body, maxBytes, () => new Refusal(400, 1201, `${url} is more than ${maxBytes} bytes`));
}

/**
 * Reads a whole body, or throws as soon as it is longer than allowed.
 * @param {ReadableStream<Uint8Array> | null} body @param {number} maxBytes @param {() => Error} tooLong
 */
export async function readCapped(body, maxBytes, tooLong) {
  const chunks = [];
  let length = 0;
  const reader = body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel().catch(() => undefined);
      throw tooLong();
    }
    chunks.push(value);
  }
  return joined(chunks, length);
}

/** @param {Uint8Array[]} chunks @param {number} length */
function joined(chunks, length) {
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
