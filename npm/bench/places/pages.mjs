// Chromium, Firefox and WebKit: a static server whose page measures and posts what it found.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { withChromium, withFirefox, withWebkit } from "../../../tests/conformance/runtimes/browsers.mjs";
import { DIST } from "../../setup/paths.mjs";
import { longestTasks } from "./trace.mjs";

const LIMIT_MS = 300_000;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };
const PAGES = ["/page", "/blocks"];
const INSIDE = join(import.meta.dirname, "..", "inside");

export const chromium = (given) =>
  withChromium((visit, { version, browser, page }) => inPage(given, visit, version, longestTasks(browser, page)), ["--js-flags=--expose-gc"]);
export const firefox = (given) => withFirefox((visit, { version }) => inPage(given, visit, version));
export const webkit = (given) => withWebkit((visit, { version }) => inPage(given, visit, version));

/** Shows two pages one after the other: one for times, and one for blocks, which alone is traced. */
async function inPage(given, visit, version, traced = async (work) => ({ found: await work() })) {
  const server = await serve(given);
  const shown = async (path) => {
    const results = server.results();
    await visit(server.url + path);
    const found = await within(results);
    if (found.crashed) throw new Error(found.crashed);
    return found;
  };
  try {
    // First, while there is nothing that other ways have left to be collected.
    const { found, traces } = await traced(() => shown("/blocks"));
    const times = await shown("/page");
    return { version, ...times, blocks: found, traces };
  } finally {
    server.close();
  }
}

function within(results) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("the page told nothing")), LIMIT_MS);
  });
  return Promise.race([results, late]).finally(() => clearTimeout(timer));
}

async function serve({ image, sound, encodingWasm, config }) {
  const made = { "/image": image, "/sound": sound, "/encoding.wasm": await readFile(encodingWasm), "/config.json": JSON.stringify(config) };
  let told;
  const server = createServer((request, response) => {
    // Isolated pages have finer clocks.
    response.setHeader("cross-origin-opener-policy", "same-origin");
    response.setHeader("cross-origin-embedder-policy", "require-corp");
    answer(request, response).catch(() => response.writeHead(404).end());
  });

  async function answer(request, response) {
    const { pathname } = new URL(request.url, "http://localhost");
    if (pathname === "/results") {
      told(JSON.parse(await text(request)));
      return response.writeHead(204).end();
    }
    response.setHeader("content-type", TYPES[extname(pathname)] ?? (PAGES.includes(pathname) ? "text/html" : "application/octet-stream"));
    if (PAGES.includes(pathname)) return response.end(`<!doctype html><script type="module" src="/inside${pathname}.js"></script>`);
    return response.end(made[pathname] ?? (await readFile(fileOf(pathname))));
  }

  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Resolves with what the next page posts. */
    results: () => new Promise((resolve) => (told = resolve)),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function fileOf(pathname) {
  const [, folder, ...rest] = pathname.split("/");
  return join(folder === "inside" ? INSIDE : DIST, ...rest);
}

async function text(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return String(Buffer.concat(chunks));
}
