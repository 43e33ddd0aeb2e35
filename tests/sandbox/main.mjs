import { parseArgs } from "node:util";
import { isInstalled } from "./ffmpeg.mjs";
import { startSandbox } from "./server.mjs";

const USAGE = `Usage: npm run sandbox -- [options]
  --port N      default 8788; 0 picks a free one
  --host H      default 127.0.0.1
  --speed X     divides the time that tasks take (20 to 40 s)
  --keys a,b    accept only these keys; otherwise any that begins with sk-
  --seed S      of everything random
  --allow-remote  fetch media from, and call back to, other machines too
`;

/** A mistake of the person who starts it, told in one line. */
class Mistake extends Error {}

function readArguments() {
  const text = /** @type {const} */ ({ type: "string" });
  try {
    const { values } = parseArgs({
      options: { port: text, host: text, speed: text, keys: text, seed: text, "allow-remote": { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
    return values;
  } catch (error) {
    throw new Mistake(error instanceof Error ? error.message : String(error));
  }
}

/** @param {string | undefined} value @param {string} name @param {number} normal @param {(value: number) => boolean} fits */
function number(value, name, normal, fits) {
  if (value === undefined) return normal;
  if (value.trim() === "" || !fits(Number(value))) throw new Mistake(`--${name} cannot be ${JSON.stringify(value)}`);
  return Number(value);
}

async function main() {
  const values = readArguments();
  if (values.help) return void process.stdout.write(USAGE);
  const port = number(values.port, "port", 8788, (value) => Number.isInteger(value) && value >= 0 && value < 65_536);
  const speed = number(values.speed, "speed", 1, (value) => value > 0 && Number.isFinite(value));
  if (!(await isInstalled("ffmpeg", "-version"))) throw new Mistake("ffmpeg is needed to make videos: apt-get install ffmpeg espeak-ng");
  const sandbox = await startSandbox({
    host: values.host, port, keys: values.keys?.split(",").filter(Boolean), seed: values.seed, speed,
    options: { allowRemote: values["allow-remote"] ?? false },
  });
  console.log(`Sandbox API: ${sandbox.url}`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
}

/** @param {any} error */
function explain(error) {
  if (error instanceof Mistake) return error.message;
  if (error?.code === "EADDRINUSE") return `port ${error.port} is already in use; choose another with --port`;
  if (error?.code === "EACCES") return `port ${error.port} is not allowed; choose another with --port`;
  if (error?.code === "EADDRNOTAVAIL" || error?.code === "ENOTFOUND") return "--host is not an address of this machine";
  return error?.stack ?? String(error);
}

main().catch((error) => {
  console.error(`sandbox: ${explain(error)}`);
  process.exit(1);
});
