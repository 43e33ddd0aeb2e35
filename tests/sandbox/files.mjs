/**
 * @typedef {{ bytes: Uint8Array, type: string }} StoredFile
 */

/** Made media by name, served with ranges; the oldest go when there is more than `maxBytes`. @param {number} [maxBytes] */
export function createFiles(maxBytes = 512 * 1024 * 1024) {
  /** @type {Map<string, StoredFile>} */
  const files = new Map();

  /** Bytes that several names share count once. @type {Map<Uint8Array, number>} */
  const names = new Map();
  let heldBytes = 0;

  /** @param {string} name */
  function drop(name) {
    const bytes = files.get(name)?.bytes;
    if (!bytes) return;
    files.delete(name);
    const left = (names.get(bytes) ?? 1) - 1;
    if (left > 0) return void names.set(bytes, left);
    names.delete(bytes);
    heldBytes -= bytes.length;
  }

  return {
    /** @param {string} name @param {StoredFile} file */
    put(name, file) {
      drop(name);
      files.set(name, file);
      if (!names.has(file.bytes)) heldBytes += file.bytes.length;
      names.set(file.bytes, (names.get(file.bytes) ?? 0) + 1);
      for (const oldest of files.keys()) {
        if (heldBytes <= maxBytes || files.size < 2) break;
        drop(oldest);
      }
    },
    /** @param {string} name */
    get: (name) => files.get(name),
    clear() {
      files.clear();
      names.clear();
      heldBytes = 0;
    },

    /** @param {Request} request @param {string} name */
    serve(request, name) {
      const file = files.get(name);
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
    },
  };
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
