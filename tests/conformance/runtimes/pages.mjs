// What every browser is shown: the installed package and the suite, from a static server with a strict policy, in a page,
// a web worker and a module service worker. Each posts its results to the server, so that any browser will do.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";

const LIMIT_MS = 180_000;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };
export const PLACES = ["page", "worker", "service-worker"];

const REPORT = (entry) => `
import * as kit from "${entry}";
import { runSuite } from "/suite/run.js";
export async function report(place) {
  const post = (body) => fetch("/results/" + place, { method: "POST", body: JSON.stringify(body) });
  try {
    const where = await (await fetch("/where.json")).json();
    const bytes = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
    await post(await runSuite(kit, { ...where, image: await bytes("/portrait.jpg"), sound: await bytes("/voice.mp3") }));
  } catch (error) {
    await post({ crashed: String(error?.stack ?? error) });
  }
}`;

const PROGRAMS = {
  "/page.js": `import { report } from "/report.js"; report("page");`,
  "/worker.js": `import { report } from "/report.js"; report("worker");`,
  "/worker-page.js": `new Worker("/worker.js", { type: "module" }).onerror = (event) =>
    fetch("/results/worker", { method: "POST", body: JSON.stringify({ crashed: "the worker did not start: " + event.message }) });`,
  "/service-worker.js": `import { report } from "/report.js";
    addEventListener("message", (event) => event.waitUntil(report("service-worker")));`,
  "/service-worker-page.js": `navigator.serviceWorker.register("/service-worker.js", { type: "module" })
    .then(() => navigator.serviceWorker.ready)
    .then(({ active }) => active.postMessage("start"))
    .catch((error) => fetch("/results/service-worker", { method: "POST", body: JSON.stringify({ crashed: String(error) }) }));`,
};

/**
 * Serves all of it; `visit(url)` shows a page in a browser and comes back as soon as it is shown.
 * @returns {Promise<Record<string, object[]>>} results by place
 */
export async function inPages({ project, sandboxUrl, gatewayUrl = "", browserEntry }, visit, places = PLACES) {
  const waiting = Object.fromEntries(places.map((place) => [place, deferred()]));
  const policy = `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ${sandboxUrl} ${gatewayUrl} http://127.0.0.1:9`;
  const programs = { ...PROGRAMS, "/report.js": REPORT(browserEntry) };
  const server = createServer((request, response) => {
    response.setHeader("content-security-policy", policy);
    answer(request, response).catch(() => response.writeHead(404).end());
  });

  async function answer(request, response) {
    const { pathname } = new URL(request.url, "http://localhost");
    const [, kind, name] = pathname.split("/");
    if (kind === "results") {
      waiting[name]?.resolve(JSON.parse(await text(request)));
      return response.writeHead(204).end();
    }
    response.setHeader("content-type", TYPES[extname(pathname)] ?? "application/octet-stream");
    if (kind.endsWith(".html")) return response.end(`<!doctype html><script type="module" src="/${kind.replace(".html", ".js")}"></script>`);
    return response.end(programs[pathname] ?? (await readFile(join(project, pathname))));
  }

  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  try {
    const found = {};
    for (const place of places) {
      await visit(`${url}/${place === "page" ? "page" : `${place}-page`}.html`);
      found[place] = await within(waiting[place].promise, place);
    }
    return found;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function within(results, place) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the ${place} told nothing`)), LIMIT_MS);
  });
  const given = await Promise.race([results, late]).finally(() => clearTimeout(timer));
  if (!Array.isArray(given)) throw new Error(`the ${place} crashed: ${given.crashed}`);
  return given;
}

function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}

async function text(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return String(Buffer.concat(chunks));
}
