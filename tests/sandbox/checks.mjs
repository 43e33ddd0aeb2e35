import { imageSize } from "image-size";
import { parseBuffer } from "music-metadata";
import { adtsSeconds } from "./adts.mjs";
import { Refusal } from "./answers.mjs";
import { decodeBase64 } from "./base64.mjs";
import { invalid, text } from "./fields.mjs";

/** @typedef {import("./options.mjs").Options} Options */
/**
 * A picture or voice as it came: its bytes, or the URL where they are.
 * @typedef {{ bytes: Uint8Array } | { url: string }} Media
 * @typedef {object} Order what a create request asks for, checked
 * @property {Media} image
 * @property {Media} [sound]
 * @property {string} [audioId]
 * @property {number} [seconds] of the voice, when its bytes are here
 * @property {string} prompt
 * @property {"std" | "pro"} mode
 * @property {string} [callbackUrl]
 * @property {string} [externalTaskId]
 */

/**
 * Checks a create request by itself: everything but what other tasks decide.
 * @param {Record<string, unknown>} fields @param {Options} options
 * @returns {Promise<Order>}
 */
export async function checkOrder(fields, options) {
  const image = media(fields, "image", options.limits.imageBytes);
  if (!image) throw new Refusal(400, 1200, "image is required");
  if ("bytes" in image) checkImage(image.bytes, options);
  const audioId = text(fields, "audio_id");
  const sound = media(fields, "sound_file", options.limits.soundBytes);
  if (Boolean(audioId) === Boolean(sound)) throw invalid("exactly one of audio_id and sound_file is required");
  const seconds = sound && "bytes" in sound ? await checkSound(sound.bytes, options) : undefined;
  return {
    image, sound, audioId, seconds,
    prompt: checkPrompt(fields, options),
    mode: checkMode(fields),
    callbackUrl: checkCallbackUrl(fields),
    externalTaskId: text(fields, "external_task_id"),
  };
}

/** @param {Record<string, unknown>} fields @param {string} name @param {number} maxBytes @returns {Media | undefined} */
function media(fields, name, maxBytes) {
  const value = text(fields, name);
  if (value === undefined) return undefined;
  if (/^https?:/i.test(value)) return { url: checkUrl(value, name) };
  const bytes = decodeBase64(value);
  if (typeof bytes === "string") throw invalid(`${name} is neither a URL nor Base64: it ${bytes}`);
  if (bytes.length > maxBytes) throw invalid(`${name} has ${bytes.length} bytes, more than ${maxBytes}`);
  return { bytes };
}

/** @param {string} value @param {string} name */
function checkUrl(value, name) {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) throw invalid(`${name} is not a valid URL`);
  return value;
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

/** @param {Record<string, unknown>} fields @param {Options} options */
function checkPrompt(fields, { limits }) {
  const prompt = text(fields, "prompt");
  if (prompt === undefined || !prompt.trim()) throw new Refusal(400, 1200, "prompt is required");
  const characters = [...prompt].length;
  if (characters > limits.promptCharacters) throw invalid(`prompt has ${characters} characters, more than ${limits.promptCharacters}`);
  return prompt;
}

/** @param {Record<string, unknown>} fields @returns {"std" | "pro"} */
function checkMode(fields) {
  const mode = text(fields, "mode") ?? "std";
  if (mode !== "std" && mode !== "pro") throw invalid("mode must be std or pro");
  return mode;
}

/** @param {Record<string, unknown>} fields */
function checkCallbackUrl(fields) {
  const url = text(fields, "callback_url");
  return url === undefined ? undefined : checkUrl(url, "callback_url");
}
