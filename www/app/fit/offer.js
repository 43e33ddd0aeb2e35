import { decodeImage, decodeSound, imageOrientation } from "../../kling-avatar/fit.js";
import * as format from "../format.js";
import { byId } from "../dom.js";
import { find, onLanguage, t } from "../i18n.js";
import { button, make } from "./elements.js";
import { adjust } from "./open.js";

/** What nothing can be made of. */
const HOPELESS = ["missing", "empty", "unsupported_type", "unreadable"];
/** What is wrong with a sound that the core could read, so that the browser can, too. */
const READ = ["too_long", "too_short", "too_large", "unknown_duration"];
/** What `decodeSound` opens at most, as its types say. */
const OPENED_SECONDS = 4194;
const OPENED_BYTES = 512 * 1024 * 1024;
/** What is decoded to see whether there is sound in it at all, as there is none in many a video of a screen. */
const TRIED_SECONDS = 120;
const TRIED_BYTES = 32 * 1024 * 1024;
const offers = new Map();

onLanguage(() => offers.forEach((render) => render()));

/** Says beside the field what can be done for its file here, and shows the button that does it. */
export async function offer(field, limits) {
  const { file } = field;
  const found = await help(field);
  if (field.file !== file) return;
  const box = byId(`${field.name}-offer`);
  const render = () => {
    if (field.file !== file || !found) return box.replaceChildren();
    const { words, values, action } = found;
    const known = values?.();
    const content = [make("p", { textContent: find(words, known) ?? t("fit.undecodable", known) })];
    if (action) content.push(button("secondary", t(action), () => act(field, limits, action)));
    box.replaceChildren(...content);
  };
  offers.set(field.name, render);
  render();
}

async function act(field, limits, action) {
  if (action !== "fit.undo") return adjust(field, limits);
  await field.set(field.origin.file);
  field.focus();
}

/** `{ words, values(), action }`, or nothing where there is nothing to offer. */
async function help(field) {
  const { name, file, origin, problems } = field;
  if (origin?.captured) return undefined;
  if (origin) {
    const values = () => ({ name: origin.file.name, size: format.bytes(origin.file.size) });
    return { words: "fit.made", values, action: "fit.undo" };
  }
  if (problems.length === 0) return name === "photo" ? turned(file) : undefined;
  if (problems.some(({ code }) => HOPELESS.includes(code))) return undefined;
  const offered = { words: `fit.${name}.offer`, action: `fit.${name}.offer.do` };
  if (name === "photo") return explained(name, file, offered);
  const isRead = problems.every(({ code }) => READ.includes(code));
  const seconds = isRead ? problems.find(({ code }) => code === "too_long")?.actual : await secondsOf(file);
  if (file.size > OPENED_BYTES || (Number.isFinite(seconds) && seconds > OPENED_SECONDS)) return { words: "fit.tooMuch" };
  const isLarge = seconds !== undefined && (seconds > TRIED_SECONDS || file.size > TRIED_BYTES);
  return isRead || isLarge ? offered : explained(name, file, offered);
}

async function turned(file) {
  if ((await imageOrientation(file)) === 1) return undefined;
  return { words: "fit.photo.turned", action: "fit.photo.turned.do" };
}

async function explained(name, file, offered) {
  try {
    if (name === "photo") (await decodeImage(file)).close();
    else await decodeSound(file);
    return offered;
  } catch (error) {
    const { code, actual } = error.problems?.[0] ?? {};
    return code === "unsupported_format" && actual ? { words: `fit.undecodable.${actual}`, values: () => ({ format: actual }) } : undefined;
  }
}

/** How long a sound or a video lasts by its head, in seconds; undefined where the browser cannot open it. */
async function secondsOf(file) {
  const url = URL.createObjectURL(file);
  const media = new Audio();
  try {
    return await new Promise((resolve) => {
      media.onloadedmetadata = () => resolve(media.duration);
      media.onerror = () => resolve(undefined);
      media.preload = "metadata";
      media.src = url;
    });
  } finally {
    media.removeAttribute("src");
    URL.revokeObjectURL(url);
  }
}
