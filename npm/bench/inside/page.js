// What runs in a page: how long bodies take, posted to `/results`.
import { encoding } from "./encoding.js";
import { longestBlock } from "./heartbeat.js";
import { report } from "./report.js";
import { inRounds } from "./rounds.js";
import { imported, linearMemoryBytes } from "./spy.js";
import { byHand, ours, reading } from "./ways.js";

report(run);

async function run() {
  const { entry, rounds, tasks, outputBytes } = await (await fetch("/config.json")).json();
  const { kit, startUp } = await started(entry);
  const get = async (path) => (await fetch(path)).blob();
  const blobs = { image: await get("/image"), sound: await get("/sound") };
  const bytes = { image: await read(blobs.image), sound: await read(blobs.sound) };
  const make = ours(kit);
  await sameLengths({ "kling-avatar": make, ...byHand() }, blobs);
  const ways = { "kling-avatar": () => make(blobs), "kling-avatar, bytes": () => make(bytes) };
  for (const [name, way] of Object.entries(byHand())) ways[name] = () => way(blobs);
  for (const [name, way] of Object.entries(reading)) ways[`reading, ${name}`] = () => way(blobs);
  const body = await inRounds(ways, rounds);
  for (let task = 0; task < tasks; task++) await (await make(blobs)).after;
  const linearBytes = linearMemoryBytes();
  const wasm = await (await fetch("/encoding.wasm")).arrayBuffer();
  return { startUp, body, linearBytes, tasks, encoding: await encoding(wasm, outputBytes, rounds) };
}

/** How long it takes until the package can work, and what that does to the page. */
async function started(entry) {
  let kit, startUp;
  const blockMs = await longestBlock(async () => {
    const found = await imported(entry);
    const start = performance.now();
    await found.kit.validate({ image: "https://example.com/a.jpg", audioId: "1", prompt: "x" });
    kit = found.kit;
    startUp = { importMs: found.importMs, readyMs: found.importMs + performance.now() - start, calls: found.calls };
  });
  return { kit, startUp: { ...startUp, blockMs } };
}

async function sameLengths(ways, files) {
  const lengths = [];
  for (const way of Object.values(ways)) lengths.push((await way(files)).body.length);
  if (new Set(lengths).size !== 1) throw new Error(`the ways give bodies of ${lengths.join(", ")} bytes`);
}

async function read(blob) {
  return new Uint8Array(await blob.arrayBuffer());
}
