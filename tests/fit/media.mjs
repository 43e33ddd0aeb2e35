// Real media for what people have: made by ffmpeg or by the browser, in every way in which the service refuses them.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ffmpeg, run } from "../sandbox/ffmpeg.mjs";

const within = async (work) => {
  const folder = await mkdtemp(join(tmpdir(), "kling-avatar-fit-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** What ffmpeg writes into a file of this name. */
export const made = (name, ...args) =>
  within(async (folder) => {
    await ffmpeg([...args, join(folder, name)]);
    return readFile(join(folder, name));
  });

/** What ffprobe finds in a file: `{ codec, width, height, sampleRate, channels, seconds }`. */
export const facts = (bytes) =>
  within(async (folder) => {
    await writeFile(join(folder, "file"), bytes);
    const told = await run("ffprobe", ["-v", "error", "-of", "json", "-show_streams", join(folder, "file")]);
    const { codec_name: codec, width, height, sample_rate: rate, channels, duration } = JSON.parse(told).streams[0];
    return { codec, width, height, sampleRate: Number(rate), channels, seconds: Number(duration) };
  });

/** A tone of 300 Hz for the first half of the time, and one of 1200 Hz for the second. */
export const tones = (seconds) => [
  "-f", "lavfi", "-i", `aevalsrc=0.4*sin(2*PI*t*if(lt(t\\,${seconds / 2})\\,300\\,1200)):d=${seconds}:s=48000`,
];

/** A picture in four colours: red, green above; blue, white below. */
export const colours = (width, height) => [
  "-f", "lavfi", "-i", `color=red:s=${width}x${height}`,
  "-vf", `drawbox=iw/2:0:iw/2:ih/2:lime:fill,drawbox=0:ih/2:iw/2:ih/2:blue:fill,drawbox=iw/2:ih/2:iw/2:ih/2:white:fill`,
  "-frames:v", "1",
];

/** A JPEG with an EXIF orientation put in behind its first marker, in either order of bytes. */
export function oriented(jpeg, orientation, { little = false } = {}) {
  const exif = Buffer.alloc(36);
  const put16 = (value, at) => (little ? exif.writeUInt16LE(value, at) : exif.writeUInt16BE(value, at));
  const put32 = (value, at) => (little ? exif.writeUInt32LE(value, at) : exif.writeUInt32BE(value, at));
  exif.writeUInt16BE(0xffe1, 0);
  exif.writeUInt16BE(exif.length - 2, 2);
  exif.write("Exif\0\0", 4);
  exif.write(little ? "II" : "MM", 10);
  put16(42, 12);
  put32(8, 14); // where the directory begins
  put16(1, 18); // entries
  put16(0x0112, 20);
  put16(3, 22); // a 16-bit number
  put32(1, 24);
  put16(orientation, 28);
  return Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]);
}

/** The first bytes of an iPhone's photo, which is all that a browser without its decoder looks at. */
export const HEIC = Buffer.concat([Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"), Buffer.alloc(400)]);
