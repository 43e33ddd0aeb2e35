// Tells how fast the sandbox is here: `node tests/sandbox/speed.mjs`.
import { randomFillSync } from "node:crypto";
import { PORTRAIT, base64, wav } from "./fixtures.mjs";
import { CREATE_PATH } from "./routes.mjs";
import { startSandbox } from "./server.mjs";
import { createVideoMaker } from "./video.mjs";

const CREATES = 15;

/** @param {() => Promise<unknown>} run */
async function timed(run) {
  const startMs = performance.now();
  await run();
  return Math.round(performance.now() - startMs);
}

const image = randomFillSync(new Uint8Array(9_700_000));
image.set(PORTRAIT);
const body = JSON.stringify({ image: base64(image), sound_file: base64(wav(20, { rate: 44_100 })), prompt: "x" });
const sandbox = await startSandbox({ options: { concurrency: CREATES }, makeVideo: async () => ({ bytes: new Uint8Array(1), durationSeconds: 20 }) });
const headers = { authorization: "Bearer sk-speed-test", "content-type": "application/json" };
const createMs = [];
for (let run = 0; run < CREATES; run++) {
  createMs.push(await timed(async () => (await fetch(sandbox.url + CREATE_PATH, { method: "POST", headers, body })).arrayBuffer()));
}
if (sandbox.ledger.creates.length !== CREATES) throw new Error("not all were created");
await sandbox.close();
createMs.sort((a, b) => a - b);
console.log(`create, ${(body.length / 1e6).toFixed(1)} MB: median ${createMs[CREATES >> 1]} ms, best ${createMs[0]} ms`);

/** Syllables, four a second. @param {number} second */
const sample = (second) => 0.6 * Math.sin(second * 2 * Math.PI * 180) * Math.abs(Math.sin(second * Math.PI * 2));
for (const seconds of [5, 60]) {
  const voice = wav(seconds, { rate: 22_050, sample });
  console.log(`video of ${seconds} s: ${await timed(() => createVideoMaker()({ image: PORTRAIT, sound: voice }))} ms`);
}
