import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { guessMouth } from "./face.mjs";
import { ffmpeg, run } from "./ffmpeg.mjs";
import { PORTRAIT, VOICE, png, wav } from "./fixtures.mjs";
import { createVideoMaker } from "./video.mjs";

/** @type {string} */
let folder;
before(async () => { folder = await mkdtemp(join(tmpdir(), "kling-avatar-video-")); });
after(() => rm(folder, { recursive: true }));

/** Loud, silent, loud, silent: a second each. */
const PULSES = wav(4, { rate: 22_050, sample: (second) => (Math.floor(second) % 2 === 0 ? 0.7 * Math.sin(second * 2 * Math.PI * 220) : 0) });

/** @param {import("./video.mjs").Video} video */
async function probe(video) {
  const path = join(folder, `${Math.random()}.mp4`);
  await writeFile(path, video.bytes);
  const { streams, format } = JSON.parse(String(await run("ffprobe", ["-v", "error", "-show_streams", "-show_format", "-of", "json", path])));
  const of = (/** @type {string} */ type) => streams.find((/** @type {any} */ stream) => stream.codec_type === type);
  return { path, picture: of("video"), sound: of("audio"), seconds: Number(format.duration) };
}

/** Frames as grey pictures of the given part. @param {string} path @param {string} crop @returns {Promise<Buffer[]>} */
async function frames(path, crop) {
  const [width, height] = crop.split(":").map(Number);
  const grey = await ffmpeg(["-i", path, "-vf", `crop=${crop},format=gray`, "-f", "rawvideo", "-"]);
  return Array.from({ length: grey.length / (width * height) }, (_, at) => grey.subarray(at * width * height, (at + 1) * width * height));
}

/** @param {Uint8Array} a @param {Uint8Array} b mean difference of two pictures */
const difference = (a, b) => a.reduce((sum, value, at) => sum + Math.abs(value - b[at]), 0) / a.length;

test("H.264 and AAC for every player, as long as the voice to the millisecond", async () => {
  const video = await createVideoMaker()({ image: PORTRAIT, sound: VOICE });
  const { picture, sound, seconds } = await probe(video);
  assert.deepEqual([picture.codec_name, picture.profile, picture.pix_fmt, picture.width, picture.height], ["h264", "Constrained Baseline", "yuv420p", 576, 720]);
  assert.deepEqual([sound.codec_name, sound.profile], ["aac", "LC"]);
  for (const length of [seconds, Number(picture.duration), Number(sound.duration)]) assert.ok(Math.abs(length - video.durationSeconds) < 0.002, `${length} for ${video.durationSeconds}`);
  const index = Buffer.from(video.bytes).indexOf("moov");
  assert.ok(index > 0 && index < Buffer.from(video.bytes).indexOf("mdat"), "the index is in front");
});

test("the mouth moves with the voice, and rests in silence", async () => {
  const { path } = await probe(await createVideoMaker()({ image: PORTRAIT, sound: PULSES }));
  const mouth = await frames(path, "120:120:228:340");
  const still = mouth[45];
  const change = mouth.map((frame) => difference(frame, still));
  const mean = (/** @type {number} */ from, /** @type {number} */ to) => change.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
  assert.equal(mouth.length, 100);
  assert.ok(mean(5, 20) > 5 * mean(40, 50), `loud ${mean(5, 20)}, silent ${mean(40, 50)}`);
  assert.ok(mean(55, 70) > 5 * mean(90, 100), `loud ${mean(55, 70)}, silent ${mean(90, 100)}`);
});

test("the voice is heard: loud where it was loud, silent where it was silent", async () => {
  const { path } = await probe(await createVideoMaker()({ image: PORTRAIT, sound: PULSES }));
  const pcm = await ffmpeg(["-i", path, "-vn", "-ac", "1", "-ar", "8000", "-f", "s16le", "-"]);
  const samples = new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + (pcm.length & ~1)));
  const level = (/** @type {number} */ second) => Math.sqrt(samples.slice((second + 0.2) * 8000, (second + 0.8) * 8000).reduce((sum, value) => sum + value * value, 0) / 4800);
  for (const second of [0, 2]) assert.ok(level(second) > 8000 && level(second + 1) < 100, `${level(second)} ${level(second + 1)}`);
});

test("the waveform is played from left to right", async () => {
  const { path } = await probe(await createVideoMaker()({ image: PORTRAIT, sound: PULSES }));
  const [left, right] = [await frames(path, "200:40:20:660"), await frames(path, "200:40:356:660")];
  assert.ok(difference(left[40], left[0]) > 3 && difference(right[40], right[0]) < 2);
  assert.ok(difference(right[99], right[0]) > 3);
});

test("a photo on its side or mirrored is turned upright", async () => {
  const path = join(folder, "quarter.jpg");
  await ffmpeg(["-f", "lavfi", "-i", "color=white:s=600x400,drawbox=0:0:300:200:black:fill", "-frames:v", "1", "-q:v", "2", path]);
  const photo = await readFile(path);
  const corners = /** @type {const} */ (["top left", "top right", "bottom right", "bottom left"]);
  for (let orientation = 1; orientation <= 8; orientation++) {
    const video = await createVideoMaker()({ image: withOrientation(photo, orientation), sound: wav(2) });
    const { path, picture } = await probe(video);
    const [width, height] = orientation < 5 ? [600, 400] : [400, 600];
    assert.deepEqual([picture.width, picture.height], [width, height]);
    const brightness = [];
    for (const corner of corners) {
      const [frame] = await frames(path, `40:40:${corner.endsWith("left") ? 20 : width - 60}:${corner.startsWith("top") ? 40 : height - 120}`);
      brightness.push(frame.reduce((sum, value) => sum + value, 0) / frame.length);
    }
    assert.equal(corners[brightness.indexOf(Math.min(...brightness))], corners[(orientation - 1) % 4], `orientation ${orientation}: ${brightness}`);
    assert.equal(brightness.filter((value) => value < 60).length, 1);
  }
});

/** Puts an EXIF orientation behind the start of a JPEG. @param {Uint8Array} jpeg @param {number} orientation */
function withOrientation(jpeg, orientation) {
  const exif = Buffer.from("ffe1002245786966000049492a000800000001001201030001000000000000000000", "hex");
  const full = Buffer.concat([exif, Buffer.alloc(36 - exif.length)]);
  full.writeUInt16LE(orientation, 28);
  return new Uint8Array(Buffer.concat([jpeg.subarray(0, 2), full, jpeg.subarray(2)]));
}

test("the sides become even and at most 720 px, whatever the shape", async () => {
  for (const [width, height, expected] of /** @type {const} */ ([[301, 751, [288, 720]], [1001, 401, [720, 288]], [301, 303, [302, 304]], [4000, 3000, [720, 540]]])) {
    const { picture } = await probe(await createVideoMaker()({ image: png(width, height), sound: wav(2) }));
    assert.deepEqual([picture.width, picture.height], expected);
  }
});

test("without picture or voice there are a placeholder and 5 s of silence", async () => {
  const video = await createVideoMaker()({});
  const { picture, sound, seconds } = await probe(video);
  assert.deepEqual([video.durationSeconds, Math.round(seconds * 100), picture.width], [5, 500, 720]);
  assert.equal(sound.codec_name, "aac");
});

test("the same video is made once, another anew, and a failure is not kept", async () => {
  const make = createVideoMaker();
  const [first, second] = await Promise.all([make({ image: PORTRAIT, sound: wav(2) }), make({ image: PORTRAIT, sound: wav(2) })]);
  assert.equal(first, second);
  assert.notEqual(await make({ image: PORTRAIT, sound: wav(2.1) }), first);
  const broken = { image: PORTRAIT.slice(0, 700), sound: wav(2) };
  await assert.rejects(make(broken));
  await assert.rejects(make({ image: PORTRAIT, sound: Uint8Array.of(1, 2, 3) }));
  assert.equal((await make({ image: PORTRAIT, sound: wav(2) })), first);
});

test("the mouth is found in the lower middle of a face, or taken where it usually is", () => {
  const picture = (/** @type {(x: number, y: number) => boolean} */ isFace) => {
    const [width, height] = [400, 500];
    const plane = (/** @type {number} */ skin, /** @type {number} */ wall) => Uint8Array.from({ length: (width * height) / 4 }, (_, at) => (isFace((at % 200) * 2, Math.floor(at / 200) * 2) ? skin : wall));
    return { width, height, y: new Uint8Array(width * height).fill(150), u: plane(105, 128), v: plane(155, 128) };
  };
  const found = guessMouth(picture((x, y) => Math.hypot((x - 120) / 70, (y - 200) / 95) < 1));
  assert.ok(Math.abs(found.x - 120) < 8 && found.y > 225 && found.y < 275, JSON.stringify(found));
  assert.deepEqual([guessMouth(picture(() => false)), guessMouth(picture(() => true))].map(({ x, y }) => [x, y]), [[200, 260], [200, 260]]);
});
