// `npm run gateway`: the gateway in real workerd, in front of the sandbox, with the demo page on top, until Ctrl-C.
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { build } from "./build/package.mjs";
import { exampleWorker, startWorkers } from "./gateway/worker.mjs";
import { startPageServer } from "./serve.mjs";
import { ensureNodeModules } from "./setup/node-modules.mjs";
import { Stop, command, say } from "./setup/report.mjs";
import { FOR_SANDBOX, ensureSystem } from "./setup/system.mjs";

const USAGE = "npm run gateway -- [--port 8787] [--gateway-port 8789] [--sandbox-port 8788] [--speed 5]";
const KEY = "sk-sandbox-gateway-demo";
const CLOSE_TIMEOUT_MS = 3000;

await command(async () => {
  const options = readOptions();
  if (options === undefined) return say(USAGE);
  const stopped = new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, resolve);
  });
  const close = await Promise.race([serve(options), stopped]);
  if (typeof close === "function") {
    await stopped;
    await Promise.race([close(), sleep(CLOSE_TIMEOUT_MS)]);
  }
  process.exit(0);
});

async function serve({ port, gatewayPort, sandboxPort, speed }) {
  await ensureSystem(FOR_SANDBOX);
  await ensureNodeModules();
  await build();
  const { startSandbox } = await import("../tests/sandbox/server.mjs");
  const sandbox = await startSandbox({ port: sandboxPort, speed });
  const gatewayUrl = `http://127.0.0.1:${gatewayPort}/avatar`;
  const page = await startPageServer({ port, sandboxUrl: sandbox.url, gatewayUrl });
  const origins = [new URL(page.url).origin, `http://localhost:${page.port}`];
  const worker = await exampleWorker("workers", {
    COMETAPI_KEY: KEY,
    TOKEN_SECRET: randomBytes(32).toString("base64"),
    ALLOWED_ORIGINS: origins.join(","),
    PUBLIC_URL: gatewayUrl,
    API_URL: sandbox.url,
  });
  const gateway = await startWorkers([worker], { port: gatewayPort });
  say(`Sandbox API: ${sandbox.url}`);
  say(`Gateway: ${gatewayUrl}`);
  process.stdout.write(`Open ${page.url} (Ctrl-C stops)\n`);
  return () => Promise.all([page.close(), gateway.close(), sandbox.close()]);
}

/** Nothing where only help is asked for. */
function readOptions() {
  const text = { type: "string" };
  const known = { port: text, "gateway-port": text, "sandbox-port": text, speed: text, help: { type: "boolean" } };
  let values;
  try {
    ({ values } = parseArgs({ options: known }));
  } catch (error) {
    throw new Stop(`${error.message.split("\n", 1)[0]} Usage: ${USAGE}`);
  }
  if (values.help) return undefined;
  const number = (name, usual, most) => {
    const value = Number(values[name] ?? usual);
    if (!(value > 0 && value <= most)) throw new Stop(`--${name} cannot be "${values[name]}". Usage: ${USAGE}`);
    return value;
  };
  return {
    port: number("port", 8787, 65_535),
    gatewayPort: number("gateway-port", 8789, 65_535),
    sandboxPort: number("sandbox-port", 8788, 65_535),
    speed: number("speed", 5, 1e6),
  };
}
