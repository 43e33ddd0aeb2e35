// Makes the sample photo and voice of the demo page: `node tests/samples/make.mjs`.
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ffmpeg, run } from "../sandbox/ffmpeg.mjs";

const SAMPLES = fileURLToPath(new URL("../../www/samples/", import.meta.url));
const PORTRAIT = fileURLToPath(new URL("portrait.svg", import.meta.url));
const MAX_PHOTO_BYTES = 90_000;
const MAX_VOICE_BYTES = 70_000;

const SENTENCE = "Hello, and welcome! A moment ago I was only a drawing. Now choose a photo of your own, and let it speak.";
/** Takes the edge off espeak's consonants, warms it a little, and puts it into a small room. */
const POLISH = [
  "highpass=f=90", "equalizer=f=220:t=q:w=1:g=2.5", "equalizer=f=3200:t=q:w=1.2:g=-4", "lowpass=f=7200",
  "acompressor=threshold=-20dB:ratio=2.5:attack=8:release=120", "aecho=0.9:0.5:23|37:0.12|0.08",
  "loudnorm=I=-17:TP=-1.5:LRA=7", "afade=t=in:d=0.02",
].join(",");

const folder = await mkdtemp(join(tmpdir(), "kling-avatar-samples-"));
try {
  await makePhoto(join(SAMPLES, "portrait.jpg"));
  await makeVoice(join(folder, "voice.wav"), join(SAMPLES, "voice.mp3"));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** @param {string} photo path */
async function makePhoto(photo) {
  await ffmpeg(["-i", PORTRAIT, "-vf", "scale=out_range=pc,format=yuvj420p", "-frames:v", "1", "-q:v", "3", "-map_metadata", "-1", photo]);
  await tell(photo, MAX_PHOTO_BYTES);
}

/** @param {string} wav path @param {string} voice path */
async function makeVoice(wav, voice) {
  await run("espeak-ng", ["-v", "en-gb+f4", "-s", "166", "-p", "48", "-a", "140", "-g", "1", "-w", wav, SENTENCE]);
  await ffmpeg(["-i", wav, "-af", POLISH, "-ac", "1", "-ar", "44100", "-b:a", "64k", "-map_metadata", "-1", voice]);
  await tell(voice, MAX_VOICE_BYTES);
}

/** @param {string} path @param {number} maxBytes */
async function tell(path, maxBytes) {
  const { size } = await stat(path);
  if (size > maxBytes) throw new Error(`${path} has ${size} bytes, more than ${maxBytes}`);
  console.log(`${path}: ${size} bytes, starts with ${(await readFile(path)).subarray(0, 4).toString("hex")}`);
}
