import { AvatarError, aborted, configuration } from "./error.js";
import { limits as documented } from "./limits.js";

/** The documented limits, and in their place those that are given. */
export function withLimits(own) {
  const given = Object.entries(own ?? {}).filter(([, value]) => value !== undefined);
  const wrong = given.find(([name, value]) => !(Object.hasOwn(documented, name) && typeof value === "number" && value >= 0));
  if (wrong) throw configuration(`limits.${wrong[0]} is no limit, or no number; known are ${Object.keys(documented).join(", ")}.`);
  return { ...documented, ...Object.fromEntries(given) };
}

/** The error for a file or a wish that cannot be met, in the form in which `validate` tells of problems. */
export function refused(field, code, message, { limit, actual, cause } = {}) {
  const problem = { field, code, message, ...(limit !== undefined && { limit }), ...(actual !== undefined && { actual }) };
  return new AvatarError({ code: "invalid_input", retryable: false, message, problems: [problem], cause });
}

/** What is wrong with a file that the browser would not decode. */
export async function undecodable(field, file, format, cause) {
  if (format === undefined) {
    const kind = field === "image" ? "picture" : "sound";
    return refused(field, "unsupported_format", `The file is not a ${kind} that this browser can decode.`, { cause });
  }
  if (!format.everywhere) {
    const message = `This browser cannot decode ${format.name}. ${whereDecoded(field, format)}`;
    return refused(field, "unsupported_format", message, { actual: format.name, cause });
  }
  return refused(field, "corrupt", `The ${format.name} file is damaged, incomplete, or has nothing of that kind in it.`, { cause });
}

function whereDecoded(field, { where }) {
  const other = field === "image" ? "save it as JPEG or PNG" : "save it as MP3 or WAV";
  return `${where === undefined ? "" : `${where} `}Or ${other} with another program.`;
}

/** The bytes of a file or a part of one. */
export async function bytesOf(field, blob) {
  try {
    return await blob.arrayBuffer();
  } catch (cause) {
    const message = "The file cannot be read. It may be a folder, or have been moved or changed since it was chosen; choose it again.";
    throw refused(field, "corrupt", message, { cause });
  }
}

/** Refuses what is no file, or an empty one. */
export function checkFile(field, file) {
  if (!(file instanceof Blob)) throw refused(field, "unsupported_type", "Give a File or a Blob.");
  if (file.size === 0) throw refused(field, "empty", "The file is empty.");
}

export function needs(name) {
  if (globalThis[name] === undefined) throw configuration(`kling-avatar/fit works with a browser's own decoders, and there is no ${name} here.`);
}

/** Throws where a signal has been aborted, or is none. */
export function checkSignal(signal) {
  if (signal === undefined || signal === null) return;
  if (!(signal instanceof AbortSignal)) throw configuration("signal must be an AbortSignal.");
  if (signal.aborted) throw aborted(signal.reason);
}

/** Waits for work that cannot be stopped, but no longer than the signal allows; what comes too late goes to `discard`. */
export function unlessAborted(signal, work, discard = () => {}) {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(aborted(signal.reason));
      work.then(discard, () => {});
    };
    signal.addEventListener("abort", stop, { once: true });
    work.finally(() => signal.removeEventListener("abort", stop)).then(resolve, reject);
  });
}

/** The file's own name with another ending. */
export function renamed(source, fallback, extension) {
  const stem = (source?.name ?? "").replace(/\.[^.]*$/, "") || fallback;
  return `${stem}.${extension}`;
}
