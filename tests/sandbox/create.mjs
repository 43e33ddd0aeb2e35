import { Refusal } from "./answers.mjs";
import { readFields } from "./fields.mjs";
import { sha256 } from "./keys.mjs";
import { loadMedia } from "./media.mjs";

/** @typedef {import("./api.mjs").Parts} Parts */
/** @typedef {import("./order.mjs").Media} Media */

/**
 * Checks an order, charges it and starts its task.
 * @param {Parts} parts @param {Request} request @param {string} key
 */
export async function createTask(parts, request, key) {
  const assertNoReset = parts.sinceReset();
  const fields = await readFields(request, parts);
  const order = await parts.checks.checkOrder(fields, parts.options);
  if (order.prompt.includes("[unsafe]")) throw new Refusal(400, 1301, "Content safety policy triggered: prompt");
  const speech = order.audioId ? parts.speeches.usable(order.audioId, key) : undefined;
  const sound = speech ? { bytes: speech.bytes } : /** @type {Media} */ (order.sound);
  const receipt = {
    seconds: speech?.seconds ?? order.seconds ?? 0,
    image: await received(order.image),
    sound: speech ? { audioId: speech.id } : await received(sound),
    fields: Object.fromEntries(Object.entries(fields).filter(([name]) => name !== "image" && name !== "sound_file")),
  };
  assertNoReset();
  return parts.tasks.add(order, key, receipt, () => make(parts, order, sound, originOf(request), fields));
}

/** @param {Request} request */
export function originOf(request) {
  return new URL(request.url).origin;
}

/** @param {Media} media */
async function received(media) {
  return "url" in media ? { url: media.url } : { bytes: media.bytes.length, sha256: await sha256(media.bytes) };
}

/**
 * @param {Parts} parts @param {import("./order.mjs").Order} order @param {Media} soundMedia
 * @param {string} origin @param {Record<string, any>} fields
 */
async function make(parts, order, soundMedia, origin, fields) {
  const { options, checks, files, basePath } = parts;
  const filesUrl = `${origin}${basePath}/files/`;
  const from = {
    fetch: parts.fetch, options,
    ownFile: (/** @type {string} */ url) => (url.startsWith(filesUrl) ? files.get(url.slice(filesUrl.length))?.bytes : undefined),
  };
  const image = "bytes" in order.image ? order.image.bytes : await loadMedia(order.image.url, options.limits.imageBytes, from);
  if ("url" in order.image && image) await checks.checkImage(image, options);
  const sound = "bytes" in soundMedia ? soundMedia.bytes : await loadMedia(soundMedia.url, options.limits.soundBytes, from);
  if ("url" in soundMedia && sound) await checks.checkSound(sound, options);

  const video = await parts.makeVideo({ image, sound, mode: order.mode });
  const id = parts.random.uuid();
  files.put(`${id}.mp4`, { bytes: video.bytes, type: video.type ?? "video/mp4" });
  const url = `${filesUrl}${id}.mp4`;
  return { id, url, seconds: video.durationSeconds, watermarkUrl: fields.watermark_info?.enabled ? `${url}?watermark=1` : undefined };
}
