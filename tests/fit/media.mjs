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

/** A JPEG or a PNG with an EXIF orientation put in as early as it may stand, in either order of bytes. */
export function oriented(picture, orientation, { little = false } = {}) {
  const isPng = picture[0] === 0x89;
  const at = isPng ? PNG_HEAD_BYTES : 2;
  const exif = isPng ? pngChunk("eXIf", tiff(orientation, little)) : jpegSegment(Buffer.concat([Buffer.from("Exif\0\0"), tiff(orientation, little)]));
  return Buffer.concat([picture.subarray(0, at), exif, picture.subarray(at)]);
}

const PNG_HEAD_BYTES = 33;

function tiff(orientation, little) {
  const head = Buffer.alloc(26);
  const put16 = (value, at) => (little ? head.writeUInt16LE(value, at) : head.writeUInt16BE(value, at));
  const put32 = (value, at) => (little ? head.writeUInt32LE(value, at) : head.writeUInt32BE(value, at));
  head.write(little ? "II" : "MM", 0);
  put16(42, 2);
  put32(8, 4); // where the directory begins
  put16(1, 8); // entries
  put16(0x0112, 10);
  put16(3, 12); // a 16-bit number
  put32(1, 14);
  put16(orientation, 18);
  return head;
}

function jpegSegment(content) {
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

function pngChunk(type, content) {
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  const checked = Buffer.concat([Buffer.from(type), content]);
  length.writeUInt32BE(content.length);
  checksum.writeUInt32BE(crc32(checked));
  return Buffer.concat([length, checked, checksum]);
}

function crc32(bytes) {
  const bit = (sum) => (sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1);
  const sum = bytes.reduce((so, byte) => bit(bit(bit(bit(bit(bit(bit(bit(so ^ byte)))))))), 0xffffffff);
  return (sum ^ 0xffffffff) >>> 0;
}

/** The first bytes of an iPhone's photo, which is all that a browser without its decoder looks at. */
export const HEIC = Buffer.concat([Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"), Buffer.alloc(400)]);
