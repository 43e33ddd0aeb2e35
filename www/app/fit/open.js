// Each dialog is loaded when it is opened.

/** Opens the dialog for the present file, or for the one that it was made from. */
export async function adjust(field, limits) {
  const { file: source, edit, captured } = field.origin ?? { file: field.file };
  if (field.name === "photo") await (await import("./photo.js")).fitPhoto(field, limits, { source, edit, captured });
  else await (await import("./voice.js")).fitVoice(field, limits, { source, edit, captured });
}

/** Opens the camera or the microphone. */
export async function capture(field, limits) {
  if (field.name === "photo") await (await import("./camera.js")).takePhoto(field, limits);
  else await (await import("./recorder.js")).recordVoice(field, limits);
}
