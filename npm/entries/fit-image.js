import { formatOf } from "./fit-format.js";
import { imageOrientation } from "./fit-orientation.js";
import { decodeImage, newCanvas, suggestCrop } from "./fit-picture.js";
import { checkSignal, refused, renamed, unlessAborted, withLimits } from "./fit-refusal.js";

/** The largest canvas of Safari on a phone, which is the smallest of all browsers'. */
const MAX_PIXELS = 16_777_216;
const LOWER_QUALITIES = [0.85, 0.75, 0.65];
const SMALLER = 0.8;
const EXTENSIONS = { "image/jpeg": "jpg", "image/png": "png" };

/** Makes a photo that the service takes; one that it takes already is given back as it is where nothing is asked for. */
export async function fitImage(source, options = {}) {
  const limits = withLimits(options.limits);
  const { rotate = 0, enlarge = false, type = "image/jpeg", signal } = options;
  checkSignal(signal);
  if (!(type in EXTENSIONS)) throw refused("image", "invalid_value", "type must be image/jpeg or image/png.", { actual: type });
  const isPicture = globalThis.ImageBitmap !== undefined && source instanceof ImageBitmap;
  const picture = isPicture ? source : await decodeImage(source, { rotate, signal });
  try {
    const { width, height } = picture;
    const crop = options.crop === undefined ? suggestCrop(picture, limits) : wholePixels(options.crop, picture);
    const target = targetSize(crop, limits, enlarge);
    const changed = isPicture ? [] : await turns(source, rotate);
    if (crop.width !== width || crop.height !== height) changed.push("cropped");
    const format = isPicture ? undefined : (await formatOf("image", source))?.type;
    const fits = format !== undefined && source.size <= limits.imageMaxBytes && target.width === crop.width;
    if (fits && changed.length === 0 && options.crop === undefined && options.type === undefined) {
      const file = source instanceof File ? source : new File([source], renamed(source, "photo", EXTENSIONS[format]), { type: format });
      return { file, width, height, crop, changed };
    }
    const { blob, width: newWidth, height: newHeight } = await encode(picture, crop, target, limits, { ...options, type });
    if (newWidth !== crop.width) changed.push(newWidth < crop.width ? "scaled_down" : "scaled_up");
    changed.push(format === type ? "compressed" : "converted");
    const file = new File([blob], renamed(source, "photo", EXTENSIONS[type]), { type });
    return { file, width: newWidth, height: newHeight, crop, changed };
  } finally {
    if (!isPicture) picture.close();
  }
}

async function turns(file, rotate) {
  return rotate !== 0 || (await imageOrientation(file)) !== 1 ? ["rotated"] : [];
}

function wholePixels(crop, picture) {
  const [x, y] = [Math.round(crop.x), Math.round(crop.y)];
  const width = Math.round(crop.width);
  const height = Math.round(crop.height);
  const inside = x >= 0 && y >= 0 && width >= 1 && height >= 1 && x + width <= picture.width && y + height <= picture.height;
  if (inside) return { x, y, width, height };
  const message = `crop must lie within the picture of ${picture.width} × ${picture.height} pixels.`;
  throw refused("image", "invalid_value", message, { limit: { width: picture.width, height: picture.height }, actual: crop });
}

/** How large a part becomes at first: as large as it is, unless a canvas cannot hold it or it has to be enlarged. */
function targetSize({ width, height }, limits, enlarge) {
  const { imageMinSidePixels: least, imageMaxAspectRatio: ratio } = limits;
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  if (long > short * ratio) {
    const message = `The part of ${width} × ${height} pixels is too narrow: one side may be at most ${ratio} times the other.`;
    throw refused("image", "aspect_ratio", message, { limit: ratio, actual: long / short });
  }
  if (short < least && !enlarge) {
    const message = `The picture gives ${width} × ${height} pixels; each side needs at least ${least}. enlarge: true scales it up.`;
    throw refused("image", "too_small_dimensions", message, { limit: least, actual: { width, height } });
  }
  if (short < least) return scaled(width, height, least / short, ratio, Math.ceil);
  return scaled(width, height, Math.min(1, Math.sqrt(MAX_PIXELS / (width * height))), ratio, Math.floor);
}

/** Rounded sides may not make the picture narrower than is allowed. */
function scaled(width, height, factor, ratio, round) {
  const [w, h] = [round(width * factor), round(height * factor)];
  return { width: Math.min(w, Math.floor(h * ratio)), height: Math.min(h, Math.floor(w * ratio)) };
}

/** Writes the part; as long as it has too many bytes, with less quality first and with fewer pixels then. */
async function encode(picture, crop, target, limits, { type, quality = 0.92, background = "#fff", signal }) {
  const qualities = type === "image/png" ? [undefined] : [quality, ...LOWER_QUALITIES.filter((lower) => lower < quality)];
  for (let size = target; ; ) {
    const canvas = draw(picture, crop, size, type === "image/png" ? undefined : background);
    for (const each of qualities) {
      checkSignal(signal);
      const blob = await unlessAborted(signal, written(canvas, type, each));
      if (blob.size <= limits.imageMaxBytes) return { blob, ...size };
    }
    const next = scaled(size.width, size.height, SMALLER, limits.imageMaxAspectRatio, Math.floor);
    if (Math.min(next.width, next.height) < limits.imageMinSidePixels) {
      throw refused("image", "too_large", `The picture cannot be written in ${limits.imageMaxBytes} bytes.`, { limit: limits.imageMaxBytes });
    }
    size = next;
  }
}

function draw(picture, { x, y, width, height }, size, background) {
  const canvas = newCanvas(size.width, size.height);
  const pen = canvas.getContext("2d");
  if (background !== undefined) {
    pen.fillStyle = background;
    pen.fillRect(0, 0, size.width, size.height);
  }
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, x, y, width, height, 0, 0, size.width, size.height);
  return canvas;
}

async function written(canvas, type, quality) {
  if (canvas.convertToBlob !== undefined) return canvas.convertToBlob({ type, quality });
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, quality));
  if (blob === null) throw refused("image", "too_large", "The picture is too large for a canvas of this browser.");
  return blob;
}
