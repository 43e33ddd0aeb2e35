import { spawn } from "node:child_process";

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/**
 * Runs a program and gives what it wrote to its standard output.
 * @param {string} program @param {string[]} args
 * @param {(stdin: import("node:stream").Writable) => Promise<void>} [feed]
 * @returns {Promise<Buffer>}
 */
export async function run(program, args, feed) {
  const child = spawn(program, args, { stdio: [feed ? "pipe" : "ignore", "pipe", "pipe"] });
  running.add(child);
  const [output, errors] = [collect(child.stdout), collect(child.stderr)];
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  child.stdin?.on("error", () => undefined);
  try {
    const [code] = await Promise.all([ended, feed && child.stdin ? feed(child.stdin) : undefined]);
    if (code === 0) return await output;
    throw new Error(`${program} failed: ${lastLine(await errors)}`);
  } finally {
    running.delete(child);
  }
}

/** @param {string[]} args @param {(stdin: import("node:stream").Writable) => Promise<void>} [feed] */
export function ffmpeg(args, feed) {
  return run("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "error", "-y", ...args], feed);
}

/** Whether a program is there. @param {string} program @param {string} versionFlag */
export async function isInstalled(program, versionFlag) {
  return run(program, [versionFlag]).then(() => true, () => false);
}

/** Ends what is still running. */
export function stopPrograms() {
  for (const child of running) child.kill("SIGKILL");
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
