import { Refusal } from "./answers.mjs";
import { readCapped } from "./media.mjs";
import { throttled } from "./throttle.mjs";

/** @param {string} message */
export function invalid(message) {
  return new Refusal(400, 1201, message);
}

/**
 * A field that is a string; an empty one counts as left out.
 * @param {Record<string, unknown>} fields @param {string} name @returns {string | undefined}
 */
export function text(fields, name) {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw invalid(`${name} must be a string`);
  return value;
}

/**
 * Reads a request's JSON object, or throws the refusal.
 * @param {Request} request @param {Pick<import("./api.mjs").Parts, "options" | "clock">} parts
 * @returns {Promise<Record<string, any>>}
 */
export async function readFields(request, { options, clock }) {
  const { maxBodyBytes, uploadBytesPerSecond } = options;
  const tooLong = () => new Refusal(413, 1201, `Request body is more than ${maxBodyBytes} bytes`);
  if (Number(request.headers.get("content-length")) > maxBodyBytes) throw tooLong();
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) throw invalid("Content-Type must be application/json");
  const body = throttled(request.body, uploadBytesPerSecond, clock.sleep);
  const bytes = body ? await readCapped(body, maxBodyBytes, tooLong) : new Uint8Array(await request.arrayBuffer());
  const fields = parse(bytes);
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) throw new Refusal(400, 1200, "The body must be a JSON object");
  return fields;
}

/** @param {Uint8Array} bytes */
function parse(bytes) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal(400, 1200, "The body is not valid JSON");
  }
}
