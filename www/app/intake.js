import { byId } from "./dom.js";

/** Takes files dropped anywhere or pasted: onto a step for that step, elsewhere by what kind of file it is. */
export function takeDropsAndPastes(photo, voice) {
  const take = (files, field) => {
    if (document.querySelector("dialog[open]")) return; // It is about the present file.
    for (const file of files) (field ?? (isSound(file) ? voice : photo)).set(file);
  };

  const steps = [[byId("photo"), photo], [byId("voice"), voice]];
  const stepAt = (event) => steps.find(([element]) => element.contains(event.target));
  const mark = (event) => {
    for (const [element] of steps) element.classList.toggle("dropping", event !== null && element.contains(event.target));
  };

  window.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    mark(event);
  });
  window.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) mark(null);
  });
  window.addEventListener("drop", (event) => {
    mark(null);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    // Two files dropped on one step at once are a photo and its voice.
    take(files, files.length === 1 ? stepAt(event)?.[1] : undefined);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
}

const isSound = (file) =>
  /^(audio|video)\//.test(file.type) || /\.(mp3|wav|m4a|aac|ogg|oga|opus|flac|mp4|mov|webm)$/i.test(file.name);
