import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageSize } from "image-size";
import { writeChunk } from "./drain.mjs";
import { ffmpeg } from "./ffmpeg.mjs";
import { createPainter } from "./frames.mjs";
import { sha256 } from "./keys.mjs";
import { SAMPLE_RATE, follow, loudness } from "./loudness.mjs";

const FRAMES_PER_SECOND = 25;
const MAX_SIDE_PX = 720;
const PLACEHOLDER_SECONDS = 5;
const CACHED_VIDEOS = 32;
/** What turns a picture upright, by its EXIF orientation. */
const UPRIGHT = ["", "", "hflip", "hflip,vflip", "vflip", "transpose=0", "transpose=1", "transpose=3", "transpose=2"];

/** @typedef {{ bytes: Uint8Array, durationSeconds: number, type: string }} Video */
/** @typedef {{ folder: string, signal?: AbortSignal }} Place */

/**
 * Makes videos one after another, and the same one only once.
 * @param {AbortSignal} [signal] ends the one being made
 * @returns {(media: { image?: Uint8Array, sound?: Uint8Array }) => Promise<Video>}
 */
export function createVideoMaker(signal) {
  /** @type {Map<string, Promise<Video>>} */
  const made = new Map();
  /** @type {Promise<unknown>} */
  let queue = Promise.resolve();

  return async ({ image, sound }) => {
    const name = `${image ? await sha256(image) : "none"} ${sound ? await sha256(sound) : "none"}`;
    const known = made.get(name);
    if (known) return known;
    const video = queue.then(() => inTemporaryFolder((folder) => makeVideo({ folder, signal }, image, sound)));
    queue = video.catch(() => made.delete(name));
    made.set(name, video);
    if (made.size > CACHED_VIDEOS) made.delete(/** @type {string} */ (made.keys().next().value));
    return video;
  };
}

/** @template T @param {(folder: string) => Promise<T>} use @returns {Promise<T>} */
async function inTemporaryFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), "kling-avatar-sandbox-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {Place} place @param {Uint8Array} [image] @param {Uint8Array} [sound] @returns {Promise<Video>} */
async function makeVideo(place, image, sound) {
  const voice = sound ? await saved(place.folder, "voice", sound) : undefined;
  const samples = voice ? await decodeVoice(place, voice) : new Int16Array(PLACEHOLDER_SECONDS * SAMPLE_RATE);
  const picture = await decodePicture(place, image);
  const frames = Math.max(1, Math.round((samples.length / SAMPLE_RATE) * FRAMES_PER_SECOND));
  const output = join(place.folder, "video.mp4");
  await encode(place, picture, samples, frames, voice, output);
  return { bytes: await readFile(output), durationSeconds: samples.length / SAMPLE_RATE, type: "video/mp4" };
}

/** @param {string} folder @param {string} name @param {Uint8Array} bytes */
async function saved(folder, name, bytes) {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** @param {Place} place @param {string} path */
async function decodeVoice({ signal }, path) {
  const pcm = await ffmpeg(["-i", path, "-vn", "-ac", "1", "-ar", String(SAMPLE_RATE), "-f", "s16le", "-"], { signal });
  if (pcm.length < 2) throw new Error("sound_file could not be decoded");
  return new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + (pcm.length & ~1)));
}

/** @param {Place} place @param {Uint8Array} [image] @returns {Promise<import("./face.mjs").Picture>} */
async function decodePicture({ folder, signal }, image) {
  const { width, height, orientation = 1 } = image ? imageSize(image) : { width: 720, height: 720 };
  const turned = orientation >= 5;
  const [fullWidth, fullHeight] = turned ? [height, width] : [width, height];
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(fullWidth, fullHeight));
  const [toWidth, toHeight] = [evenSide(fullWidth * scale), evenSide(fullHeight * scale)];
  const source = image ? ["-noautorotate", "-i", await saved(folder, "photo", image)] : ["-f", "lavfi", "-i", `color=0x667799:s=${toWidth}x${toHeight}`];
  const upright = UPRIGHT[image ? orientation : 1];
  const filter = [
    `color=white:s=${toWidth}x${toHeight},format=rgba[paper]`,
    `[0:v]${upright ? `${upright},` : ""}scale=${toWidth}:${toHeight}:flags=area,format=rgba[photo]`,
    "[paper][photo]overlay=format=rgb:shortest=1,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
  ].join(";");
  const raw = await ffmpeg([...source, "-filter_complex", filter, "-frames:v", "1", "-f", "rawvideo", "-"], { signal });
  const luma = toWidth * toHeight;
  if (raw.length < luma * 1.5) throw new Error("image could not be decoded");
  return { width: toWidth, height: toHeight, y: raw.subarray(0, luma), u: raw.subarray(luma, luma * 1.25), v: raw.subarray(luma * 1.25, luma * 1.5) };
}

/** @param {number} side */
function evenSide(side) {
  return Math.max(2, Math.round(side / 2) * 2);
}

/**
 * @param {Place} place @param {import("./face.mjs").Picture} picture @param {Int16Array} samples @param {number} frames
 * @param {string | undefined} voice path, or silence @param {string} output path
 */
async function encode({ signal }, picture, samples, frames, voice, output) {
  const levels = loudness(samples, frames);
  const [open, nod] = [follow(levels, 0.72), follow(levels, 0.93)];
  const paint = createPainter(picture, levels, "SANDBOX");
  const seconds = samples.length / SAMPLE_RATE;
  const sound = voice ? ["-i", voice] : ["-f", "lavfi", "-t", String(seconds), "-i", "anullsrc=r=44100:cl=mono"];
  await ffmpeg([
    // The frame rate is bent by less than a frame over the whole, so that picture and voice end together.
    "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", `${picture.width}x${picture.height}`, "-framerate", `${frames * SAMPLE_RATE}/${samples.length}`, "-i", "pipe:0",
    ...sound, "-map", "0:v", "-map", "1:a:0", "-map_metadata", "-1",
    "-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-crf", "25", "-g", "50",
    "-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
    "-c:a", "aac", "-b:a", "96k", "-ac", "2", "-ar", "44100", "-t", seconds.toFixed(6), "-movflags", "+faststart", "-f", "mp4", output,
  ], { signal, feed });

  /** @param {import("node:stream").Writable} stdin */
  async function feed(stdin) {
    for (let at = 0; at < frames; at++) {
      if (!(await writeChunk(stdin, paint(at, open[at], nod[at]).slice()))) return;
    }
    stdin.end();
  }
}
