// What runs in a Node process of its own: `node --expose-gc node.js <folder> <rounds> <tasks> <outputBytes>`, results on stdout.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encoding } from "./encoding.js";
import { inRounds } from "./rounds.js";
import { imported, linearMemoryBytes } from "./spy.js";
import { byHand, ours, reading } from "./ways.js";

const [folder, entry, ...numbers] = process.argv.slice(2);
const [rounds, tasks, outputBytes] = numbers.map(Number);

const found = await imported(entry);
const start = performance.now();
await found.kit.validate({ image: "https://example.com/a.jpg", audioId: "1", prompt: "x" });
const startUp = { importMs: found.importMs, readyMs: found.importMs + performance.now() - start, calls: found.calls };

const bytes = { image: readFileSync(join(folder, "image")), sound: readFileSync(join(folder, "sound")) };
const blobs = { image: new Blob([bytes.image]), sound: new Blob([bytes.sound]) };
const make = ours(found.kit);
const hand = byHand();
const lengths = [(await make(bytes)).body.length, ...(await Promise.all(Object.values(hand).map(async (way) => (await way(bytes)).body.length)))];
if (new Set(lengths).size !== 1) throw new Error(`the ways give bodies of ${lengths.join(", ")} bytes`);

const ways = { "kling-avatar, bytes": () => make(bytes), "kling-avatar": () => make(blobs) };
for (const [name, way] of Object.entries(hand)) {
  ways[name] = () => way(blobs);
  ways[`${name}, bytes`] = () => way(bytes);
}
for (const [name, way] of Object.entries(reading)) ways[`reading, ${name}`] = () => way(blobs);
const body = await inRounds(ways, rounds);
for (let task = 0; task < tasks; task++) await (await make(task % 2 ? bytes : blobs)).after;
const linearBytes = linearMemoryBytes();
const wasm = readFileSync(join(folder, "encoding.wasm"));
process.stdout.write(JSON.stringify({ version: process.versions.node, startUp, body, bodyBytes: lengths[0], linearBytes, tasks, encoding: await encoding(wasm, outputBytes, rounds) }));
