import { byId } from "./dom.js";

/** Takes files dropped anywhere or pasted: onto a step for that step, elsewhere by what kind of file it is. */
export function takeDropsAndPastes(photo, voice) {
  const take = (files, field) => {
    if (document.querySelector("dialog[open]")) return; // It is about the present file.
    for (const file of files) (field ?? (isSound(file) ? voice : photo)).set(file);
  };

  /** What a link leads to could only be fetched from where that is allowed. */
  const refuseLink = (event) => {
    if (!isLink(event)) return;
    event.preventDefault(); // It would lead away from this page.
    if (document.querySelector("dialog[open]")) return;
    const name = event.dataTransfer.getData("text/uri-list").split(/[?#\s]/)[0];
    (stepAt(event)?.[1] ?? (isSound({ name }) ? voice : photo)).remark("link");
  };

  const steps = [[byId("photo"), photo], [byId("voice"), voice]];
  const stepAt = (event) => steps.find(([element]) => element.contains(event.target));
  const mark = (event) => {
    for (const [element] of steps) element.classList.toggle("dropping", event !== null && element.contains(event.target));
  };

  window.addEventListener("dragover", (event) => {
    if (!holdsFiles(event) && !isLink(event)) return;
    event.preventDefault();
    mark(event);
  });
  window.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) mark(null);
  });
  window.addEventListener("drop", (event) => {
    mark(null);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return refuseLink(event);
    event.preventDefault();
    // Two files dropped on one step at once are a photo and its voice.
    take(files, files.length === 1 ? stepAt(event)?.[1] : undefined);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    // Of words from an office program there is a picture, too.
    const isText = isTextField(event.target) && event.clipboardData.types.includes("text/plain");
    if (files.length === 0 || isText) return;
    event.preventDefault();
    take(files);
  });
}

/** Not every system knows a type for each of them. */
const SOUND_NAME =
  /\.(mp[23]|wav|m4[abv]|aac|ac3|amr|og[ag]|opus|flac|caf|aiff?|wma|weba|mka|mp4|m2?ts|mpe?g|mov|webm|mkv|avi|3gpp?|wmv)$/i;

const isSound = (file) =>
  /^(audio|video)\//.test(file.type) || SOUND_NAME.test(file.name);

const holdsFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");

/** Text fields take links as text. */
const isLink = ({ dataTransfer, target }) => dataTransfer?.types.includes("text/uri-list") && !isTextField(target);

const isTextField = (target) => Boolean(target.closest?.(":read-write"));

/** Whether a file is still there; a folder is none. */
export const isReadable = (file) => file.slice(0, 1).arrayBuffer().then(() => true, () => false);
