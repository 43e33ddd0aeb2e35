import { formatOf } from "./fit-format.js";
import { bytesOf, checkFile, checkSignal, needs, refused, undecodable, unlessAborted, withLimits } from "./fit-refusal.js";

/** How much of a JPEG is looked through for its orientation: it stands in front of the picture. */
const HEAD_BYTES = 256 * 1024;
const EXIF_ORIENTATION = 0x0112;

/** Decodes a picture as it is meant to be seen: upright, and turned clockwise by `rotate` degrees from there. */
export async function decodeImage(file, { rotate = 0, signal } = {}) {
  needs("createImageBitmap");
  checkSignal(signal);
  checkFile("image", file);
  if (![0, 90, 180, 270].includes(rotate)) throw refused("image", "invalid_value", "rotate must be 0, 90, 180 or 270.", { actual: rotate });
  return unlessAborted(signal, decode(file, rotate), (picture) => picture.close());
}

async function decode(file, rotate) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => throughElement(file));
  } catch (cause) {
    throw await undecodable("image", file, await formatOf("image", file), cause);
  }
  return rotate === 0 ? picture : rotated(picture, rotate);
}

/** Some decoders, such as the one for SVG, are only open to an element of a page. */
async function throughElement(file) {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return await createImageBitmap(image);
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function rotated(picture, degrees) {
  const { width, height } = picture;
  const sideways = degrees % 180 !== 0;
  const canvas = newCanvas(sideways ? height : width, sideways ? width : height);
  const pen = canvas.getContext("2d");
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate((degrees * Math.PI) / 180);
  pen.drawImage(picture, -width / 2, -height / 2);
  picture.close();
  return createImageBitmap(canvas);
}

export function newCanvas(width, height) {
  if (globalThis.OffscreenCanvas !== undefined) return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** The largest part of a picture whose aspect ratio is allowed; of a tall one rather the upper part, where a face is. */
export function suggestCrop({ width, height }, limits) {
  const { imageMaxAspectRatio: ratio } = withLimits(limits);
  const cropWidth = Math.min(width, Math.floor(height * ratio));
  const cropHeight = Math.min(height, Math.floor(width * ratio));
  return { x: Math.floor((width - cropWidth) / 2), y: Math.floor((height - cropHeight) / 3), width: cropWidth, height: cropHeight };
}

/** The EXIF orientation of a JPEG, 1 to 8; 1 is upright, and stands for whatever says nothing of it. */
export async function imageOrientation(file) {
  checkFile("image", file);
  const view = new DataView(await bytesOf("image", file.slice(0, HEAD_BYTES)));
  try {
    return view.getUint16(0) === 0xffd8 ? exifOrientation(view) : 1;
  } catch {
    return 1; // cut short
  }
}

function exifOrientation(view) {
  for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xda) return 1;
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) return orientationIn(view, at + 10);
  }
  return 1;
}

/** `start` is where the TIFF header within the EXIF block stands. */
function orientationIn(view, start) {
  const little = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, little);
  const count = view.getUint16(directory, little);
  for (let entry = directory + 2; entry < directory + 2 + 12 * count; entry += 12) {
    if (view.getUint16(entry, little) !== EXIF_ORIENTATION) continue;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
