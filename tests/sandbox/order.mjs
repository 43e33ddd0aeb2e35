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
 * Checks a create request by itself: everything but what other tasks decide. How media are measured is passed in.
 * @param {Record<string, unknown>} fields @param {Options} options
 * @param {{ checkImage(bytes: Uint8Array, options: Options): unknown, checkSound(bytes: Uint8Array, options: Options): Promise<number> }} measures
 * @returns {Promise<Order>}
 */
export async function readOrder(fields, options, { checkImage, checkSound }) {
  const image = media(fields, "image", options.limits.imageBytes);
  if (!image) throw new Refusal(400, 1200, "image is required");
  if ("bytes" in image) await checkImage(image.bytes, options);
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
