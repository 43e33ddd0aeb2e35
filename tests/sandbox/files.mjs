/**
 * @typedef {{ bytes: Uint8Array, type: string }} StoredFile
 */

/** Made media by name, served with ranges; the oldest go when there is more than `maxBytes`. */
class Files {
  /** @type {Map<string, StoredFile>} */
  #files = new Map();
  /** Bytes that several names share count once. @type {Map<Uint8Array, number>} */
  #names = new Map();
  #heldBytes = 0;
  #maxBytes;

  /** @param {number} maxBytes */
  constructor(maxBytes) {
    this.#maxBytes = maxBytes;
  }

  /** @param {string} name @param {StoredFile} file */
  put(name, file) {
    this.#drop(name);
    this.#files.set(name, file);
    if (!this.#names.has(file.bytes)) this.#heldBytes += file.bytes.length;
    this.#names.set(file.bytes, (this.#names.get(file.bytes) ?? 0) + 1);
    for (const oldest of this.#files.keys()) {
      if (this.#heldBytes <= this.#maxBytes || this.#files.size < 2) break;
      this.#drop(oldest);
    }
  }

  /** @param {string} name */
  get(name) {
    return this.#files.get(name);
  }

  clear() {
    this.#files.clear();
    this.#names.clear();
    this.#heldBytes = 0;
  }

  /** @param {Request} request @param {string} name */
  serve(request, name) {
    const file = this.#files.get(name);
    if (!file) return new Response("No such file: it may have been deleted\n", { status: 404 });
    const headers = { "content-type": file.type, "accept-ranges": "bytes", "cache-control": "private, max-age=3600" };
    const size = file.bytes.length;
    const range = parseRange(request.headers.get("range"), size);
    if (range === null) return new Response(null, { status: 416, headers: { ...headers, "content-range": `bytes */${size}` } });
    const [from, to] = range ?? [0, size - 1];
    const body = request.method === "HEAD" ? null : /** @type {BodyInit} */ (file.bytes.subarray(from, to + 1));
    const length = { "content-length": String(to - from + 1) };
    if (!range) return new Response(body, { headers: { ...headers, ...length } });
    return new Response(body, { status: 206, headers: { ...headers, ...length, "content-range": `bytes ${from}-${to}/${size}` } });
  }

  /** @param {string} name */
  #drop(name) {
    const bytes = this.#files.get(name)?.bytes;
    if (!bytes) return;
    this.#files.delete(name);
    const left = (this.#names.get(bytes) ?? 1) - 1;
    if (left > 0) return void this.#names.set(bytes, left);
    this.#names.delete(bytes);
    this.#heldBytes -= bytes.length;
  }
}

export function createFiles(maxBytes = 512 * 1024 * 1024) {
  return new Files(maxBytes);
}

/**
 * @param {string | null} header @param {number} size
 * @returns {[number, number] | null | undefined} first and last byte; `null` if it cannot be met; `undefined` for the whole
 */
function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (!match[1] && !match[2])) return undefined;
  const from = match[1] ? Number(match[1]) : Math.max(0, size - Number(match[2]));
  const to = match[1] && match[2] ? Math.min(Number(match[2]), size - 1) : size - 1;
  if (match[1] && match[2] && Number(match[2]) < from) return undefined;
  return from >= size ? null : [from, to];
}
