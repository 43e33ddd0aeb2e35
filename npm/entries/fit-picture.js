import { formatOf } from "./fit-format.js";
import { storedAs } from "./fit-orientation.js";
import { checkFile, checkSignal, needs, refused, undecodable, unlessAborted, withLimits } from "./fit-refusal.js";

/** By a PNG's orientation: whether it is a mirror image, and by how many degrees it is turned clockwise after that. */
const UPRIGHT = { 2: [true, 0], 3: [false, 180], 4: [true, 180], 5: [true, 270], 6: [false, 90], 7: [true, 90], 8: [false, 270] };

/** Decodes a picture as it is meant to be seen: upright, and turned clockwise by `rotate` degrees from there. */
export async function decodeImage(file, { rotate = 0, signal } = {}) {
  needs("createImageBitmap");
  checkSignal(signal);
  checkFile("image", file);
  if (![0, 90, 180, 270].includes(rotate)) throw refused("image", "invalid_value", "rotate must be 0, 90, 180 or 270.", { actual: rotate });
  return unlessAborted(signal, decode(file, rotate), (picture) => picture.close());
}

async function decode(file, rotate) {
  const { orientation, start, end } = await storedAs(file);
  const [mirrored, degrees] = (start && UPRIGHT[orientation]) || [false, 0];
  // Some browsers turn such a PNG and some do not: without those words none does.
  const plain = degrees || mirrored ? new Blob([file.slice(0, start), file.slice(end)], { type: file.type }) : file;
  let picture;
  try {
    picture = await createImageBitmap(plain, { imageOrientation: "from-image" }).catch(() => throughElement(plain));
  } catch (cause) {
    throw await undecodable("image", file, await formatOf("image", file), cause);
  }
  const turn = (degrees + rotate) % 360;
  return turn === 0 && !mirrored ? picture : turned(picture, turn, mirrored);
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

async function turned(picture, degrees, mirrored) {
  const { width, height } = picture;
  const sideways = degrees % 180 !== 0;
  const canvas = newCanvas(sideways ? height : width, sideways ? width : height);
  const pen = canvas.getContext("2d");
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate((degrees * Math.PI) / 180);
  if (mirrored) pen.scale(-1, 1);
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
