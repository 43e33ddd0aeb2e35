import { wrongInput } from "./gateway-refusal.js";

/** As long as the service takes a speech. */
const KEPT_SECONDS = 2_592_000;

/** As a task's id is: what one subject had spoken is of no use to another one. */
export function signedAudioId({ settings, subject }, audioId) {
  const expiresAtSeconds = Math.floor(Date.now() / 1000) + KEPT_SECONDS;
  return settings.tokens.write("speech", { taskId: audioId, externalTaskId: "", expiresAtSeconds }, subject);
}

/** The service's id of the speech that a page names. */
export async function audioIdOf({ settings, subject }, token) {
  if (settings.allow.includes("audioId")) return token;
  const claims = await settings.tokens.read("speech", token, subject);
  if (claims === undefined) throw wrongInput("audioId", "invalid_value", "There is no such speech, or it is too old.");
  return claims.taskId;
}
