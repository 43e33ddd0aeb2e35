// `npm start`: sets up, builds, and runs the demo page with the sandbox until Ctrl-C.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { build } from "./build/package.mjs";
import { startPageServer } from "./serve.mjs";
import { reachable, refusal } from "./setup/listen.mjs";
import { ensureNodeModules } from "./setup/node-modules.mjs";
import { Stop, command, say } from "./setup/report.mjs";
import { run } from "./setup/process.mjs";
import { FOR_SANDBOX, ensureSystem } from "./setup/system.mjs";

const USAGE = "npm start -- [--port 8787] [--sandbox-port 8788] [--host 127.0.0.1] [--speed 5] [--open]";
const CLOSE_TIMEOUT_MS = 3000;

await command(async () => {
  const options = readOptions();
  if (options.help) return say(USAGE);
  const stopped = told();
  const close = await Promise.race([serve(options), stopped]);
  if (typeof close === "function") {
    await stopped;
    await Promise.race([close(), sleep(CLOSE_TIMEOUT_MS)]);
  }
  process.exit(0);
});

/** Resolves when this process is to end: by a signal, or because npm, which started it, is gone. */
function told() {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, resolve);
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && resolve(), 500).unref();
  });
}

/** Resolves, once all is up, with what takes it down. */
async function serve(options) {
  await ensureSystem(FOR_SANDBOX);
  await ensureNodeModules();
  await build();
  const { port, host, sandboxPort, speed } = options;
  const { startSandbox } = await import("../tests/sandbox/server.mjs");
  const sandbox = await startSandbox({ port: sandboxPort, host, speed }).catch((error) => {
    throw refusal(error, { port: sandboxPort, host, what: "the sandbox" });
  });
  const page = await startPageServer({ port, host, sandboxUrl: `http://${reachable(host)}:${sandbox.port}` });
  say(`Sandbox API: http://${reachable(host)}:${sandbox.port}`);
  process.stdout.write(`Open ${page.url} (Ctrl-C stops)\n`);
  if (options.open) await run({ darwin: "open", win32: "explorer" }[process.platform] ?? "xdg-open", [page.url]);
  return () => Promise.all([page.close(), sandbox.close()]);
}

function readOptions() {
  const text = { type: "string" };
  const flag = { type: "boolean", default: false };
  const known = { port: text, "sandbox-port": text, host: text, speed: text, open: flag, help: flag };
  let values;
  try {
    ({ values } = parseArgs({ options: known }));
  } catch (error) {
    throw new Stop(`${error.message.split("\n", 1)[0]} Usage: ${USAGE}`);
  }
  const number = (name, fallback, fits) => {
    const value = Number(values[name] ?? fallback);
    if (!fits(value)) throw new Stop(`--${name} cannot be "${values[name]}". Usage: ${USAGE}`);
    return value;
  };
  const isPort = (value) => Number.isInteger(value) && value >= 0 && value <= 65_535;
  return {
    ...values,
    port: number("port", 8787, isPort),
    sandboxPort: number("sandbox-port", 8788, isPort),
    speed: number("speed", 5, (value) => value > 0 && Number.isFinite(value)),
    host: values.host ?? "127.0.0.1",
  };
}
