// The static server of the demo page: www/ at /, dist/ at /kling-avatar/, and /config.json.
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, sep } from "node:path";
import { ROOT } from "./setup/paths.mjs";
import { listen, reachable } from "./setup/listen.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
  ".md": "text/plain; charset=utf-8",
  ".ts": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".mp3": "audio/mpeg",
  ".wav": "audio/wav",
  ".m4a": "audio/mp4",
  ".aac": "audio/aac",
  ".mp4": "video/mp4",
};
const MOUNTS = [
  ["/kling-avatar/", "dist"],
  ["/", "www"],
];

/**
 * Serves the page on `host:port` (port 0: any free one), telling it where the sandbox is, and a gateway if there is one.
 * Resolves with `{ url, port, close }`. `root` is the folder that holds `www/` and `dist/`.
 */
export async function startPageServer({ port = 0, host = "127.0.0.1", sandboxUrl, gatewayUrl, root = ROOT }) {
  const config = JSON.stringify({ sandboxUrl, gatewayUrl });
  const server = createServer((request, response) => {
    answer(request, response, root, config).catch(() => finish(response, 500));
  });
  const actual = await listen(server, { port, host, what: "the page" });
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { url: `http://${reachable(host)}:${actual}/`, port: actual, close };
}

async function answer(request, response, root, config) {
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("cache-control", "no-cache");
  response.setHeader("permissions-policy", "camera=(self), microphone=(self), geolocation=(), display-capture=()");
  if (request.method !== "GET" && request.method !== "HEAD") return finish(response, 405, { allow: "GET, HEAD" });
  const path = pathOf(request.url);
  if (path === undefined) return finish(response, 400);
  if (path === "/config.json") {
    response.writeHead(200, { "content-type": TYPES[".json"], "content-length": Buffer.byteLength(config) });
    return response.end(request.method === "HEAD" ? undefined : config);
  }
  const file = await find(root, path);
  if (file === undefined) return finish(response, 404);
  return sendFile(request, response, file);
}

/** The decoded path, or undefined when it is not one that a link of the page could have. */
function pathOf(url) {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0]);
    const isPlain = path.startsWith("/") && !/[\0\\]/.test(path) && !path.split("/").some((part) => part.startsWith("."));
    return isPlain ? path : undefined;
  } catch {
    return undefined;
  }
}

async function find(root, path) {
  const [prefix, folder] = MOUNTS.find(([start]) => path.startsWith(start));
  const base = join(root, folder);
  const inside = path.slice(prefix.length);
  const wanted = join(base, inside === "" || inside.endsWith("/") ? `${inside}index.html` : inside);
  try {
    const [actual, realBase, facts] = [await realpath(wanted), await realpath(base), await stat(wanted)];
    return facts.isFile() && actual.startsWith(realBase + sep) ? { path: actual, size: facts.size } : undefined;
  } catch {
    return undefined;
  }
}

function sendFile(request, response, { path, size }) {
  const range = parseRange(request.headers.range, size);
  if (range === "unsatisfiable") return finish(response, 416, { "content-range": `bytes */${size}` });
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range ? 206 : 200, {
    "content-type": TYPES[extname(path).toLowerCase()] ?? "application/octet-stream",
    "content-length": end - start + 1,
    "accept-ranges": "bytes",
    ...(range && { "content-range": `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === "HEAD" || size === 0) return response.end();
  const stream = createReadStream(path, { start, end });
  stream.on("error", () => response.destroy());
  response.on("close", () => stream.destroy());
  return stream.pipe(response);
}

/** One byte range, as media elements ask for; anything else is answered with the whole file. */
function parseRange(header, size) {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === undefined || (from === "" && to === "")) return undefined;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== "" && to !== "" && Number(to) < Number(from)) return undefined;
  return start > end ? "unsatisfiable" : { start, end };
}

function finish(response, status, headers = {}) {
  if (response.headersSent) return response.destroy();
  const text = `${status}\n`;
  response.writeHead(status, { "content-type": TYPES[".txt"], "content-length": text.length, ...headers });
  return response.end(text);
}
