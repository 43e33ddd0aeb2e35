import { speechFields } from "./fields.js";
import { answer } from "./gateway-answer.js";
import { signedAudioId } from "./gateway-audio.js";
import { Refusal } from "./gateway-refusal.js";
import { spend } from "./gateway-tasks.js";
import { readJson } from "./gateway-upload.js";

const SPEECH_TIMEOUT_MS = 120_000;

/** `POST /speech` */
export async function speak(call) {
  await spend(call);
  const { text, voiceId, voiceLanguage, voiceSpeed, ...foreign } = await readJson(call);
  if (Object.keys(foreign).length > 0) throw new Refusal(422, "invalid_request", "The input has a field that is not known.");
  const { store, limiter, client } = call.settings;
  const taken = await store.apply(call.quota, { type: "take", perMinute: limiter.createsPerMinute, atOnce: 0, holdMs: 0 });
  if (taken.do === "rate") throw new Refusal(429, "rate_limited", "Too many requests in a minute.", { retryAfterMs: taken.ms });
  const speech = await client.synthesizeSpeech(speechFields({ text, voiceId, voiceLanguage, voiceSpeed }), { timeoutMs: SPEECH_TIMEOUT_MS });
  return answer(200, { ...speech, audioId: await signedAudioId(call, speech.audioId) });
}
