// How much memory one body takes: `node node-memory.js <folder> <entry> <way> <image bytes> <sound bytes>`. Prints the bytes
// of the body, and by how much the process grew at the most while it was made.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { byHand, ours } from "./ways.js";

const [folder, entry, name] = process.argv.slice(2);
const bytes = { image: readFileSync(join(folder, "image")), sound: readFileSync(join(folder, "sound")) };
const isOurs = name.startsWith("kling-avatar");
const isBytes = name.endsWith(", bytes");
const way = isOurs ? ours(await import(entry)) : byHand()[name.replace(", bytes", "")];
const files = isBytes ? bytes : { image: new Blob([bytes.image]), sound: new Blob([bytes.sound]) };
// The module is started and the code is warm before: both are there once, whatever the number of tasks.
const small = { image: files.image.slice(0, 3), sound: files.sound.slice(0, 3) };
await (isOurs ? (await import(entry)).validate({ image: files.image, soundFile: files.sound, prompt: "x" }) : way(small));
globalThis.gc();
writeFileSync("/proc/self/clear_refs", "5");
const before = memory("VmRSS");
const { body, after } = await way(files);
const peak = memory("VmHWM");
await after;
process.stdout.write(JSON.stringify({ bodyBytes: body.length, peakBytes: peak - before }));

function memory(field) {
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
}
