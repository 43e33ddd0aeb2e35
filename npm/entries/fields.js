const AVATAR_INPUT = ["image", "soundFile", "audioId", "prompt", "mode", "callbackUrl", "externalTaskId", "extra"];
const SPEECH_INPUT = ["text", "voiceId", "voiceLanguage", "voiceSpeed"];
/** Stands for a field whose getter throws. */
const UNREADABLE = Symbol("unreadable");

/** The fields of an `AvatarInput` in the order of the crate's `Field`: the module reads a list faster than names. */
export const avatarFields = (input) => AVATAR_INPUT.map(read, input);

/** The fields of a `SpeechInput` in the order of the crate's `Field`. */
export const speechFields = (input) => SPEECH_INPUT.map(read, input);

/** Reads a field of `this` once. What is no object has none. */
function read(name) {
  if (Object(this) !== this) return undefined;
  try {
    return this[name];
  } catch {
    return UNREADABLE;
  }
}
