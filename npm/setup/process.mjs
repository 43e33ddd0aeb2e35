// Child processes: quiet ones whose output is kept, and streaming ones.
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Stop, likelyCause, say } from "./report.mjs";

const running = new Set();

/** Ends everything that `run` started, with what that started in turn. */
function endAll() {
  for (const child of running) end(child);
}

process.on("exit", endAll);

/** Makes this process end, with all it started, when it is told to. */
export function exitOnSignals() {
  process.on("SIGINT", () => process.exit(130));
  process.on("SIGTERM", () => process.exit(143));
  process.on("SIGHUP", () => process.exit(129));
}

function end(child) {
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

/**
 * Runs a program and resolves with `{ code, stdout, output }`; never rejects for what the program does.
 * `stream` also shows the output as it comes; `timeoutMs` ends a program that takes longer.
 */
export function run(program, args, { cwd, env, stream = false, timeoutMs } = {}) {
  return new Promise((resolve) => {
    // A process group of its own, so that it can be ended with all that it started.
    const detached = process.platform !== "win32";
    const child = spawn(program, args, { cwd, env: env ?? process.env, stdio: ["ignore", "pipe", "pipe"], detached });
    if (child.pid !== undefined) running.add(child);
    const all = [];
    const out = [];
    const take = (to) => (chunk) => {
      all.push(chunk);
      if (to === process.stdout) out.push(chunk);
      if (stream) to.write(chunk);
    };
    child.stdout.on("data", take(process.stdout));
    child.stderr.on("data", take(process.stderr));
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => end(child), timeoutMs);
    const done = (code, note = "") => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, stdout: String(Buffer.concat(out)), output: String(Buffer.concat(all)) + note });
    };
    child.on("error", (error) => done(127, error.message));
    child.on("close", (code, signal) => done(code ?? 1, signal ? `\nended by ${signal}\n` : ""));
  });
}

/** Runs a program that has to succeed; otherwise stops with one line, after the program's own output where that helps. */
export async function must(what, program, args, options) {
  const result = await run(program, args, options);
  if (result.code === 0) return result;
  const cause = likelyCause(result.output);
  if (cause === undefined && !options?.stream) say(result.output.trimEnd());
  throw new Stop(`${what} failed: ${cause ?? `exit code ${result.code}, see above`}.`);
}

/** The full path of the first of these programs that is on PATH. */
export function which(...names) {
  for (const name of names) {
    for (const directory of (process.env.PATH ?? "").split(delimiter)) {
      const path = join(directory, name);
      if (directory !== "" && isProgram(path)) return path;
    }
  }
  return undefined;
}

export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
