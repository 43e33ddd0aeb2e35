// A static host, as plain as they come; and a bundler's own server.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".jpg": "image/jpeg" };
const LIMIT_MS = 60_000;

/** Serves a folder while `use(url)` runs. `otherwise(request)` may answer what is no file. */
export async function hosted(folder, use, { headers = {}, otherwise } = {}) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const file = normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    try {
      const body = await readFile(join(folder, file));
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", ...headers }).end(body);
    } catch {
      if (otherwise) return otherwise(request, response);
      response.writeHead(404, { "content-type": "text/html" }).end("<h1>Not found</h1>");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** Runs a server of the project while `use(url)` runs; the address is read from what it prints. */
export async function served(project, program, args, use, more = {}) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ...more };
  const child = spawn(join(project, "node_modules", ".bin", program), args, { cwd: project, env, detached: true });
  let output = "";
  const address = new Promise((resolve, reject) => {
    const take = (chunk) => {
      output += String(chunk).replace(/\x1b\[[0-9;]*m/g, "");
      const url = /https?:\/\/(?:localhost|127\.0\.0\.1):\d+/.exec(output)?.[0];
      if (url) resolve(`${url}/`);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("close", () => reject(new Error(`${program} ended: ${output.slice(-2000)}`)));
    setTimeout(() => reject(new Error(`${program} did not say where it is: ${output.slice(-2000)}`)), LIMIT_MS).unref();
  });
  try {
    return await use(await address);
  } finally {
    process.kill(-child.pid, "SIGKILL");
  }
}
