// The largest files that the service takes, and small ones.
import { randomFillSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../setup/paths.mjs";

const IMAGE_BYTES = 10_485_760;
const SOUND_BYTES = 5_242_880;
const SMALL_SOUND_BYTES = 400_044;

export const smallImage = () => readFileSync(join(ROOT, "www", "samples", "portrait.jpg"));

/** The sample portrait with a longer scan, up to the last byte: as in any photo, nearly all of it is the scan. */
export function largestImage() {
  const jpeg = smallImage();
  // Nothing in it may look like a marker.
  const more = randomFillSync(Buffer.alloc(IMAGE_BYTES - jpeg.length)).map((byte) => (byte === 0xff ? 0 : byte));
  return Buffer.concat([jpeg.subarray(0, -2), more, jpeg.subarray(-2)]);
}

/** Noise: 29.7 s of stereo at 44.1 kHz. */
export const largestSound = () => noise(SOUND_BYTES);
export const smallSound = () => noise(SMALL_SOUND_BYTES);

function noise(bytes) {
  const wav = randomFillSync(Buffer.alloc(bytes));
  wav.write("RIFF", 0);
  wav.writeUInt32LE(bytes - 8, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(2, 22);
  wav.writeUInt32LE(44_100, 24);
  wav.writeUInt32LE(176_400, 28);
  wav.writeUInt16LE(4, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(bytes - 44, 40);
  return wav;
}
