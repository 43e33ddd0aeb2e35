// How a picture is stored: JPEGs and PNGs say so in EXIF, in front of the picture itself.
import { bytesOf, checkFile } from "./fit-refusal.js";

/** How much of a file is looked through. */
const HEAD_BYTES = 256 * 1024;
const ORIENTATION = 0x0112;
const JPEG = 0xffd8;
const PNG = 0x8950;
const PNG_SIGNATURE_BYTES = 8;
/** Length, type and checksum of a PNG's chunk. */
const CHUNK_FRAME_BYTES = 12;
const IDAT = 0x49444154;
const EXIF_CHUNK = 0x65584966;

/** The EXIF orientation of a JPEG or a PNG, 1 to 8; 1 is upright, and stands for whatever says nothing of it. */
export async function imageOrientation(file) {
  return (await storedAs(file)).orientation;
}

/**
 * The orientation, and of a PNG without which bytes, from `start` to `end`, nobody turns it: not every browser heeds what a
 * PNG says.
 */
export async function storedAs(file) {
  checkFile("image", file);
  const view = new DataView(await bytesOf("image", file.slice(0, HEAD_BYTES)));
  try {
    const kind = view.getUint16(0);
    if (kind === JPEG) return { orientation: ofJpeg(view) };
    if (kind === PNG) return ofPng(view);
  } catch {
    // cut short
  }
  return { orientation: 1 };
}

function ofJpeg(view) {
  for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xda) return 1;
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) return inExif(view, at + 10);
  }
  return 1;
}

/** What stands behind the picture is heeded by none. */
function ofPng(view) {
  for (let at = PNG_SIGNATURE_BYTES; ; ) {
    const type = view.getUint32(at + 4);
    const end = at + CHUNK_FRAME_BYTES + view.getUint32(at);
    if (type === IDAT) return { orientation: 1 };
    if (type === EXIF_CHUNK) return { orientation: inExif(view, at + 8), start: at, end };
    at = end;
  }
}

/** `start` is where the TIFF header stands. */
function inExif(view, start) {
  const little = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, little);
  const count = view.getUint16(directory, little);
  for (let entry = directory + 2; entry < directory + 2 + 12 * count; entry += 12) {
    if (view.getUint16(entry, little) !== ORIENTATION) continue;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
