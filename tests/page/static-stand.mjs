// The built page on a static host: nothing but files.
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildPage } from "../../npm/build/page.mjs";
import { launch, open } from "./stand.mjs";

const TYPES = {
  ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".wasm": "application/wasm",
  ".svg": "image/svg+xml", ".jpg": "image/jpeg", ".mp3": "audio/mpeg",
};

/** Builds the page into a folder of its own, as other files of tests may be building it too, and hosts it under `path`. */
export async function startStaticStand(path = "/") {
  const { folder } = await buildPage(await mkdtemp(join(tmpdir(), "avatar-www-")));
  const host = await hosted(folder, path);
  const browser = await launch();
  return {
    folder,
    url: host.url,
    open: (settings) => open(browser, settings?.url ?? host.url, settings),
    async close() {
      await browser.close();
      await host.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Hosts a folder under a path. `instead` replaces files by a text, or takes them away where it is `null`. */
export async function hosted(folder, path = "/", instead = {}) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const name = pathname.startsWith(path) ? `/${pathname.slice(path.length) || "index.html"}` : undefined;
    const file = name && instead[name] !== null && join(folder, name);
    const isFile = file && (name in instead || (await stat(file).then((facts) => facts.isFile(), () => false)));
    if (!isFile) return response.writeHead(404).end();
    const body = instead[name] ?? (await readFile(file));
    const type = TYPES[extname(name)] ?? "application/octet-stream";
    // As static hosts do it.
    if (!/^(text|application)\//.test(type)) return response.writeHead(200, { "content-type": type }).end(body);
    response.writeHead(200, { "content-type": type, "content-encoding": "gzip" });
    return response.end(gzipSync(body));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}${path}`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
