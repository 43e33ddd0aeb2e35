import { spawn } from "node:child_process";

/**
 * @typedef {object} How
 * @property {AbortSignal} [signal] ends the program
 * @property {(stdin: import("node:stream").Writable) => Promise<void>} [feed] writes its standard input
 */

/**
 * Runs a program and gives what it wrote to its standard output.
 * @param {string} program @param {string[]} args @param {How} [how]
 * @returns {Promise<Buffer>}
 */
export async function run(program, args, { signal, feed } = {}) {
  const child = spawn(program, args, { stdio: [feed ? "pipe" : "ignore", "pipe", "pipe"], signal, killSignal: "SIGKILL" });
  const [output, errors] = [collect(child.stdout), collect(child.stderr)];
  const ended = new Promise((resolve, reject) => {
    child.once("error", (error) => reject(isMissing(error) ? new Error(`${program} is not installed`) : error));
    child.once("close", resolve);
  });
  child.stdin?.on("error", () => undefined);
  const [code] = await Promise.all([ended, feed && child.stdin ? feed(child.stdin) : undefined]);
  if (code === 0) return output;
  throw new Error(`${program} failed: ${lastLine(await errors)}`);
}

/** @param {Error & { code?: string }} error */
function isMissing({ code }) {
  return code === "ENOENT";
}

/** @param {string[]} args @param {How} [how] */
export function ffmpeg(args, how) {
  return run("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "error", "-y", ...args], how);
}

/** Whether a program is there. @param {string} program @param {string} versionFlag */
export async function isInstalled(program, versionFlag) {
  return run(program, [versionFlag]).then(() => true, () => false);
}

/** @param {import("node:stream").Readable | null} stream */
async function collect(stream) {
  const chunks = [];
  if (stream) for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** @param {Buffer} errors */
function lastLine(errors) {
  return errors.toString("utf8").trim().split("\n").at(-1)?.replace(/\/\S*\//g, "") ?? "";
}
