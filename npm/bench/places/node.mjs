// Node: one process that measures times, and one for each measurement of memory.
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DIST } from "../../setup/paths.mjs";
import { run } from "../../setup/process.mjs";

const INSIDE = join(import.meta.dirname, "..", "inside");
const LIMIT_MS = 300_000;
const WAYS = ["kling-avatar, bytes", "kling-avatar", "Buffer, bytes", "Buffer"];

export async function node({ image, sound, encodingWasm, config }) {
  const folder = mkdtempSync(join(tmpdir(), "kling-avatar-bench-"));
  try {
    copyFileSync(encodingWasm, join(folder, "encoding.wasm"));
    writeFileSync(join(folder, "image"), image);
    writeFileSync(join(folder, "sound"), sound);
    const entry = pathToFileURL(join(DIST, "node.js")).href;
    const times = await result("node.js", folder, entry, config.rounds, config.tasks, config.outputBytes);
    return { ...times, memory: existsSync("/proc/self/clear_refs") ? await memory(folder, entry, { image, sound }, config) : [] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function memory(folder, entry, files, { memoryRuns, memoryParts }) {
  const rows = [];
  for (const part of memoryParts) {
    writeFileSync(join(folder, "image"), shortened(files.image, part));
    writeFileSync(join(folder, "sound"), shortenedSound(files.sound, part));
    for (const way of WAYS) {
      const found = [];
      for (let turn = 0; turn < memoryRuns; turn++) found.push(await result("node-memory.js", folder, entry, way));
      rows.push({ way, bodyBytes: found[0].bodyBytes, peakBytes: found.map(({ peakBytes }) => peakBytes) });
    }
  }
  return rows;
}

/** The image stays one: its end stays its end. */
function shortened(image, part) {
  const length = Math.round(image.length * part);
  return Buffer.concat([image.subarray(0, length - 2), image.subarray(-2)]);
}

function shortenedSound(sound, part) {
  const length = 44 + Math.floor(((sound.length - 44) * part) / 4) * 4;
  const wav = Buffer.from(sound.subarray(0, length));
  wav.writeUInt32LE(length - 8, 4);
  wav.writeUInt32LE(length - 44, 40);
  return wav;
}

async function result(program, ...args) {
  const { code, stdout, output } = await run(process.execPath, ["--expose-gc", join(INSIDE, program), ...args.map(String)], { timeoutMs: LIMIT_MS });
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${output.trim().slice(0, 1000)}`);
  return JSON.parse(stdout);
}
