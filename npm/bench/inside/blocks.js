// What runs in another page: for how long it is held up while bodies are made, posted to `/results`. Between marks, for those
// who trace the page.
import { longestBlock } from "./heartbeat.js";
import { report } from "./report.js";
import { pause } from "./rounds.js";
import { base64Of, dataUrl, ours } from "./ways.js";

const WARM_UP = 2;

report(async () => {
  const { entry, blockRuns } = await (await fetch("/config.json")).json();
  const make = ours(await import(entry));
  const blobs = { image: await (await fetch("/image")).blob(), sound: await (await fetch("/sound")).blob() };
  const bytes = { image: await read(blobs.image), sound: await read(blobs.sound) };
  const text = { image: await dataUrl(blobs.image), sound: await base64Of(blobs.sound) };
  for (let run = 0; run < WARM_UP; run++) await (await make(blobs)).after;
  const found = {};
  for (const [name, files] of Object.entries({ blobs, bytes, text })) found[name] = await blocks(name, make, files, blockRuns);
  return found;
});

/** The longest block of each run, in milliseconds. */
async function blocks(name, make, files, runs) {
  const longest = [];
  for (let run = 0; run < runs; run++) {
    await pause();
    let after;
    performance.mark(`${name}-start`);
    longest.push(await longestBlock(async () => ({ after } = await make(files))));
    performance.mark(`${name}-end`);
    await after;
  }
  return longest;
}

async function read(blob) {
  return new Uint8Array(await blob.arrayBuffer());
}
