import { Refusal } from "./answers.mjs";
import { text } from "./fields.mjs";
import { voiceSpeaks } from "./voices.mjs";

const DAY_MS = 24 * 60 * 60 * 1000;
const USABLE_DAYS = 30;
const SPEECH_SECONDS = 2;

/**
 * @typedef {object} SpeechRequest
 * @property {string} text
 * @property {string} voiceId
 * @property {"zh" | "en"} language
 * @property {number} speed 0.8 to 2
 *
 * @typedef {{ bytes: Uint8Array, type: string, extension: string, seconds: number, note?: string }} MadeSpeech
 * @typedef {MadeSpeech & { id: string, taskId: string, key: string, createdAt: number, readyAt: number }} Speech
 */

/** @param {{ clock: import("./clock.mjs").Clock, random: import("./random.mjs").Random, options: import("./options.mjs").Options }} parts */
export function createSpeeches({ clock, random, options }) {
  /** @type {Map<string, Speech>} */
  const byId = new Map();
  /** @type {Map<string, Speech>} */
  const byTaskId = new Map();
  return {
    /** @param {MadeSpeech} made @param {string} key */
    add(made, key) {
      const now = clock.now();
      const delayMs = options.ttsShape === "submitted" ? (SPEECH_SECONDS * 1000) / options.speed : 0;
      const speech = { ...made, id: random.digits(18), taskId: random.digits(18), key, createdAt: now, readyAt: now + delayMs };
      byId.set(speech.id, speech);
      byTaskId.set(speech.taskId, speech);
      return speech;
    },
    /** @param {string} taskId @param {string} key */
    byTaskId(taskId, key) {
      const speech = byTaskId.get(taskId);
      return speech?.key === key ? speech : undefined;
    },
    /** The speech that a create names, or the refusal. @param {string} audioId @param {string} key */
    usable(audioId, key) {
      const speech = byId.get(audioId);
      if (!speech || speech.key !== key || speech.readyAt > clock.now()) throw new Refusal(400, 1201, `audio_id is not known: ${audioId}`);
      if (clock.now() - speech.createdAt > USABLE_DAYS * DAY_MS) throw new Refusal(400, 1201, `audio_id is more than ${USABLE_DAYS} days old`);
      const { minSeconds, maxSeconds } = options.limits;
      if (speech.seconds < minSeconds || speech.seconds > maxSeconds + options.toleranceSeconds) {
        throw new Refusal(400, 1201, `audio_id lasts ${speech.seconds.toFixed(3)} s, it must last ${minSeconds} to ${maxSeconds} s`);
      }
      return speech;
    },
    reset() {
      byId.clear();
      byTaskId.clear();
    },
  };
}

/**
 * Checks a speech request, or throws the refusal.
 * @param {Record<string, unknown>} fields @param {import("./options.mjs").Options} options @param {string} requestId
 * @returns {SpeechRequest}
 */
export function checkSpeech(fields, { limits }, requestId) {
  const [spoken, voiceId, language] = ["text", "voice_id", "voice_language"].map((name) => {
    const value = text(fields, name);
    if (value === undefined) throw new Refusal(400, 1200, `${name} is required`);
    return value;
  });
  const characters = [...spoken].length;
  if (characters > limits.textCharacters) throw new Refusal(400, 1201, `text has ${characters} characters, more than ${limits.textCharacters}`);
  if (language !== "zh" && language !== "en") throw new Refusal(400, 1201, "voice_language must be zh or en");
  const speed = fields.voice_speed ?? 1;
  if (typeof speed !== "number") throw new Refusal(400, 1201, "voice_speed must be a number");
  if (!voiceSpeaks(voiceId, language)) throw voiceNotFound(requestId);
  return { text: spoken, voiceId, language, speed: Math.min(2, Math.max(0.8, Math.round(speed * 10) / 10)) };
}

/** The odd envelope that is documented for this case. @param {string} requestId */
function voiceNotFound(requestId) {
  const message = "Voice id not found";
  return new Refusal(400, 1201, message, { body: { message, data: { data: { code: 1201, message, request_id: requestId }, message } } });
}

/** What a read answers as `data`. @param {Speech} speech @param {string} filesUrl @param {number} now */
export function speechView(speech, filesUrl, now) {
  const ready = speech.readyAt <= now;
  const audio = { id: speech.id, url: `${filesUrl}${speech.id}.${speech.extension}`, duration: speech.seconds.toFixed(3) };
  return {
    task_id: speech.taskId,
    task_status: ready ? "succeed" : "submitted",
    ...(speech.note && { task_status_msg: speech.note }),
    task_result: ready ? { audios: [audio] } : {},
    created_at: speech.createdAt,
    updated_at: Math.min(now, speech.readyAt),
  };
}
