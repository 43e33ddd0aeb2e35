// `npm run bench:probes`: what one check costs, for each format at its largest allowed size, beside music-metadata and
// image-size on the same bytes in the same run. Needs dist/ (`npm run build`) and ffmpeg.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { imageSize } from "image-size";
import { parseBlob, parseBuffer } from "music-metadata";

const ROOT = new URL("../..", import.meta.url).pathname;
const FILES = join(ROOT, "build/bench");
const { validate } = await import(new URL("dist/node.js", new URL("../..", import.meta.url)).href);

// Noise, because it compresses badly: the bit rate is that which is asked for.
const noise = (seconds, rate) => ["-f", "lavfi", "-i", `anoisesrc=d=${seconds}:r=${rate}:a=0.5:seed=7`, "-ac", "2"];
const pixels = (size) => ["-f", "lavfi", "-i", `nullsrc=s=${size},geq=random(1)*255:128+random(2)*60:128+random(3)*60`, "-frames:v", "1"];
const MAKE = {
  "photo.jpg": [...pixels("3400x2600"), "-q:v", "2"],
  "photo.png": [...pixels("1700x2000"), "-pix_fmt", "rgb24"],
  "cbr.mp3": [...noise(130, 44100), "-b:a", "320k"],
  "vbr.mp3": [...noise(165, 44100), "-q:a", "0"],
  "no-header.mp3": [...noise(320, 44100), "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0"],
  "sound.wav": noise(29, 44100),
  "sound.m4a": [...noise(150, 48000), "-b:a", "256k"],
  "front.m4a": [...noise(150, 48000), "-b:a", "256k", "-movflags", "+faststart"],
  "fragments.m4a": [...noise(150, 48000), "-b:a", "256k", "-movflags", "empty_moov+default_base_moof", "-frag_duration", "1000000"],
  "sound.aac": [...noise(150, 48000), "-b:a", "256k"],
};

/** A Blob that counts what is read of it. */
class CountingBlob extends Blob {
  reads = { calls: 0, bytes: 0 };
  slice(...args) {
    const part = super.slice(...args);
    this.reads.calls += 1;
    this.reads.bytes += part.size;
    return part;
  }
}

/** Sound of the largest size lasts longer than 60 s. */
const LIMITS = { audioMaxSeconds: 1000 };

/** One row for each format. */
export async function probes() {
  const rows = [];
  for (const [name, options] of Object.entries(MAKE)) {
    const path = join(FILES, name);
    if (!existsSync(path)) {
      mkdirSync(FILES, { recursive: true });
      execFileSync("ffmpeg", ["-v", "error", "-y", ...options, path]);
    }
    const bytes = new Uint8Array(readFileSync(path));
    rows.push(/\.(jpg|png)$/.test(name) ? await image(name, bytes) : await sound(name, bytes));
  }
  return rows;
}

/** How many times as fast as music-metadata on bytes: at least, and in the median. */
function timesFaster(rows) {
  const ratios = rows.map((row) => row.times).filter((ratio) => ratio !== undefined).sort((a, b) => a - b);
  const median = Math.round((ratios[(ratios.length - 1) >> 1] + ratios[ratios.length >> 1]) * 5) / 10;
  return { least: ratios[0], median };
}

async function image(name, bytes) {
  const check = (media) => validate({ image: media, soundFile: "https://example.com/voice.mp3", prompt: "x" }, LIMITS);
  return { ...(await ours(name, bytes, check)), "image-size µs": await microseconds(() => imageSize(bytes)) };
}

async function sound(name, bytes) {
  const check = (media) => validate({ image: "https://example.com/photo.jpg", soundFile: media, prompt: "x" }, LIMITS);
  const row = await ours(name, bytes, check);
  const blob = new Blob([bytes]);
  // The option makes it walk the file where no header tells the length; it is on only where that is needed for a length.
  const tellsAtOnce = (await parseBuffer(bytes)).format.duration !== undefined;
  const options = tellsAtOnce ? {} : { duration: true };
  row["music-metadata µs"] = await microseconds(() => parseBuffer(bytes, undefined, options));
  row["as a Blob µs"] = await microseconds(() => parseBlob(blob, options));
  row.times = Math.round((row["music-metadata µs"] / row["bytes µs"]) * 10) / 10;
  return row;
}

async function ours(name, bytes, check) {
  const blob = new CountingBlob([bytes]);
  const report = await check(blob);
  const found = report.image ?? report.soundFile;
  if (found === undefined) throw new Error(`${name}: ${JSON.stringify(report.problems)}`);
  const plain = new Blob([bytes]);
  return {
    name,
    MB: Math.round(bytes.length / 1e4) / 100,
    "KB read": Math.round(blob.reads.bytes / 1024),
    reads: blob.reads.calls,
    "bytes µs": await microseconds(() => check(bytes)),
    "Blob µs": await microseconds(() => check(plain)),
  };
}

/** The best of many short runs: what the code costs, not what else the machine does. */
async function microseconds(work) {
  let best = Infinity;
  const until = performance.now() + 1500;
  for (let run = 0; run < 5 || performance.now() < until; run += 1) {
    const start = performance.now();
    for (let turn = 0; turn < 5; turn += 1) await work();
    best = Math.min(best, (performance.now() - start) / 5);
  }
  return Math.round(best * 1000);
}

if (process.argv[1] === import.meta.filename) {
  const rows = await probes();
  const nothing = await microseconds(() => validate({ image: "https://example.com/a", prompt: "x", audioId: "1" }, LIMITS));
  console.table(Object.fromEntries(rows.map(({ name, ...row }) => [name, row])));
  const { least, median } = timesFaster(rows);
  console.log(`A call that reads nothing: ${nothing} µs.`);
  console.log(`Faster than music-metadata on bytes: ${median} times in the median, ${least} times at least.`);
}
