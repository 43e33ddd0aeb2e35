import { byId } from "./dom.js";

/** Takes files dropped anywhere or pasted: onto a step for that step, elsewhere by what kind of file it is. */
export function takeDropsAndPastes(photo, voice) {
  const take = (files, field) => {
    if (document.querySelector("dialog[open]")) return; // It is about the present file.
    for (const each of field ? [field] : [photo, voice]) {
      const [first, ...others] = files.filter((file) => field || (isSound(file) ? voice : photo) === each);
      if (first) each.set(first);
      if (others.length > 0) each.remark("several", { name: first.name });
    }
  };

  /** What a link leads to could only be fetched from where that is allowed. */
  const refuseLink = (event, data) => {
    if (!isLink(data, event.target)) return;
    event.preventDefault(); // It would lead away from this page.
    const name = addressIn(data);
    if (!name || document.querySelector("dialog[open]")) return;
    (stepAt(event)?.[1] ?? (isSound({ name }) ? voice : photo)).remark("link");
  };

  const steps = [[byId("photo"), photo], [byId("voice"), voice]];
  const stepAt = (event) => steps.find(([element]) => element.contains(event.target));
  const mark = (event) => {
    for (const [element] of steps) element.classList.toggle("dropping", event !== null && element.contains(event.target));
  };

  window.addEventListener("dragover", (event) => {
    if (!holdsFiles(event) && !isLink(event.dataTransfer, event.target)) return;
    event.preventDefault();
    mark(event);
  });
  window.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) mark(null);
  });
  window.addEventListener("drop", (event) => {
    mark(null);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return refuseLink(event, event.dataTransfer);
    event.preventDefault();
    // Two files dropped on one step at once are a photo and its voice.
    take(files, files.length === 1 ? stepAt(event)?.[1] : undefined);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    // Of words from an office program there is a picture, too.
    const isText = isTextField(event.target) && event.clipboardData.types.includes("text/plain");
    if (isText) return;
    if (files.length === 0) return refuseLink(event, event.clipboardData);
    event.preventDefault();
    take(files);
  });
}

/** Not every system knows a type for each of them. */
const SOUND_NAME =
  /\.(mp[23]|wav|m4[abv]|aac|ac3|amr|og[ag]|opus|flac|caf|aiff?|wma|weba|mka|mp4|m2?ts|mpe?g|mov|webm|mkv|avi|3gpp?|wmv)$/i;

const isSound = (file) =>
  /^(audio|video)\//.test(file.type) || SOUND_NAME.test(file.name);

const LINK_TYPES = ["text/uri-list", "text/plain"];

const holdsFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");

/** Text fields take links as text; elsewhere a text may be one, which is not told before it is dropped. */
const isLink = (data, target) => data?.types.some((type) => LINK_TYPES.includes(type)) && !isTextField(target);

/** The address that was dropped or pasted, without what follows its path; nothing where it is other text. */
function addressIn(data) {
  const text = LINK_TYPES.map((type) => data.getData(type).trim()).find(Boolean) ?? "";
  return /^https?:\/\/\S+$/i.test(text) || data.types.includes(LINK_TYPES[0]) ? text.split(/[?#\s]/)[0] : undefined;
}

const isTextField = (target) => Boolean(target.closest?.(":read-write"));

/** Whether a file is still there; a folder is none. */
export const isReadable = (file) => file.slice(0, 1).arrayBuffer().then(() => true, () => false);
