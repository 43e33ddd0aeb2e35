const AVATAR_INPUT = ["image", "soundFile", "audioId", "prompt", "mode", "callbackUrl", "externalTaskId", "extra"];
const SPEECH_INPUT = ["text", "voiceId", "voiceLanguage", "voiceSpeed"];
/** Stands for a field whose getter throws. */
const UNREADABLE = Symbol("unreadable");

/** The fields of an `AvatarInput` in the order of the crate's `Field`: the module reads a list faster than names. */
export function avatarFields(input) {
  return AVATAR_INPUT.map((name) => read(input, name));
}

/** The fields of a `SpeechInput` in the order of the crate's `Field`. */
export function speechFields(input) {
  return SPEECH_INPUT.map((name) => read(input, name));
}

/** Reads a field once. What is no object has none. */
function read(input, name) {
  if ((typeof input !== "object" && typeof input !== "function") || input === null) return undefined;
  try {
    return input[name];
  } catch {
    return UNREADABLE;
  }
}
