import { imageSize } from "image-size";
import { parseBuffer } from "music-metadata";
import { adtsSeconds } from "./adts.mjs";
import { invalid } from "./fields.mjs";
import { readOrder } from "./order.mjs";

/** @typedef {import("./options.mjs").Options} Options */
/** @typedef {import("./order.mjs").Media} Media */
/** @typedef {import("./order.mjs").Order} Order */

/** Checks a create request by itself. @param {Record<string, unknown>} fields @param {Options} options @returns {Promise<Order>} */
export function checkOrder(fields, options) {
  return readOrder(fields, options, { checkImage, checkSound });
}

/** @param {Uint8Array} bytes @param {Options} options */
export function checkImage(bytes, { limits }) {
  const { type, width, height } = measureImage(bytes);
  if (type !== "jpg" && type !== "png") throw invalid(`image is ${type}, not JPEG or PNG`);
  if (Math.min(width, height) < limits.minSidePx) {
    throw invalid(`image is ${width} x ${height}, each side must have at least ${limits.minSidePx} px`);
  }
  if (Math.max(width, height) > limits.maxRatio * Math.min(width, height)) {
    throw invalid(`image is ${width} x ${height}, its aspect ratio must be within 1:${limits.maxRatio} and ${limits.maxRatio}:1`);
  }
}

/** @param {Uint8Array} bytes */
function measureImage(bytes) {
  try {
    return imageSize(bytes);
  } catch (cause) {
    throw invalid(`image cannot be read: ${cause instanceof Error ? cause.message : cause}`);
  }
}

/** @param {Uint8Array} bytes @param {Options} options @returns {Promise<number>} its length in seconds */
export async function checkSound(bytes, { limits, toleranceSeconds }) {
  const seconds = await soundSeconds(bytes);
  if (seconds < limits.minSeconds) throw invalid(`sound_file lasts ${seconds.toFixed(3)} s, at least ${limits.minSeconds} s are needed`);
  if (seconds > limits.maxSeconds + toleranceSeconds) {
    throw invalid(`sound_file lasts ${seconds.toFixed(3)} s, at most ${limits.maxSeconds} s are allowed`);
  }
  return seconds;
}

/** @param {Uint8Array} bytes */
async function soundSeconds(bytes) {
  const format = await soundFormat(bytes);
  const seconds = format.container === "ADTS/MPEG-4" ? adtsSeconds(bytes) : format.duration;
  if (!seconds) throw invalid("sound_file cannot be read: it has no length");
  return seconds;
}

/** @param {Uint8Array} bytes */
async function soundFormat(bytes) {
  const format = await parseBuffer(bytes, undefined, { duration: true, skipCovers: true }).then((parsed) => parsed.format, (cause) => {
    throw invalid(`sound_file cannot be read: ${cause instanceof Error ? cause.message : cause}`);
  });
  const { container = "unknown", codec = "unknown" } = format;
  const accepted = (container === "MPEG" && codec.endsWith("Layer 3"))
    || container === "WAVE" || container === "ADTS/MPEG-4"
    || (/^(M4A|mp4|isom|iso|M4B|3gp|dash)/i.test(container) && /AAC|mp4a|ALAC/i.test(codec) && !format.hasVideo);
  if (!accepted) throw invalid(`sound_file is ${container} with ${codec}, not MP3, WAV, M4A or AAC`);
  return format;
}
