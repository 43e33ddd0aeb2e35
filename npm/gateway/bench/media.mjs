// The largest files that the service takes.
import { randomFillSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../setup/paths.mjs";

const IMAGE_BYTES = 10_485_760;
const SOUND_BYTES = 5_242_880;
const SEGMENT_BYTES = 65_533;

/** The sample portrait with comments in front, up to the last byte. */
export function largestImage() {
  const jpeg = readFileSync(join(ROOT, "www", "samples", "portrait.jpg"));
  const comments = [];
  for (let left = IMAGE_BYTES - jpeg.length; left > 0; ) {
    const length = Math.min(left, SEGMENT_BYTES + 4) - 4;
    if (length < 0) break;
    const comment = randomFillSync(Buffer.alloc(length + 4));
    comment.writeUInt16BE(0xfffe, 0);
    comment.writeUInt16BE(length + 2, 2);
    comments.push(comment);
    left -= comment.length;
  }
  return Buffer.concat([jpeg.subarray(0, 2), ...comments, jpeg.subarray(2)]);
}

/** Noise: 29.7 s of stereo at 44.1 kHz. */
export function largestSound() {
  const wav = randomFillSync(Buffer.alloc(SOUND_BYTES));
  wav.write("RIFF", 0);
  wav.writeUInt32LE(SOUND_BYTES - 8, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(2, 22);
  wav.writeUInt32LE(44_100, 24);
  wav.writeUInt32LE(176_400, 28);
  wav.writeUInt16LE(4, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(SOUND_BYTES - 44, 40);
  return wav;
}
