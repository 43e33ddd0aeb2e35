import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ffmpeg, isInstalled, run } from "./ffmpeg.mjs";
import { soundsMale } from "./voices.mjs";

const WORDS_PER_MINUTE = 165;
const NO_ESPEAK = "espeak-ng is not installed: these are tones instead of words";

/**
 * Speaks a text as an MP3, with espeak-ng, or without it in tones of about the same length.
 * @param {import("./speeches.mjs").SpeechRequest} request @param {AbortSignal} [signal] ends it
 * @returns {Promise<import("./speeches.mjs").MadeSpeech>}
 */
export async function makeSpeech(request, signal) {
  const folder = await mkdtemp(join(tmpdir(), "kling-avatar-speech-"));
  try {
    const speaks = await isInstalled("espeak-ng", "--version");
    const wav = join(folder, "speech.wav");
    await (speaks ? speak(request, wav, signal) : hum(request, wav, signal));
    const mp3 = join(folder, "speech.mp3");
    await ffmpeg(["-i", wav, "-ac", "1", "-ar", "44100", "-b:a", "64k", mp3], { signal });
    const pcm = await ffmpeg(["-i", mp3, "-f", "s16le", "-ac", "1", "-ar", "16000", "-"], { signal });
    return { bytes: await readFile(mp3), type: "audio/mpeg", extension: "mp3", seconds: pcm.length / 2 / 16_000, ...(!speaks && { note: NO_ESPEAK }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {import("./speeches.mjs").SpeechRequest} request @param {string} output @param {AbortSignal} [signal] */
function speak({ text, voiceId, language, speed }, output, signal) {
  const male = soundsMale(voiceId);
  const voice = `${language === "zh" ? "cmn" : "en-us"}+${male ? "m3" : "f2"}`;
  return run("espeak-ng", ["-v", voice, "-s", String(Math.round(WORDS_PER_MINUTE * speed)), "-p", male ? "42" : "52", "-w", output, "--", text], { signal });
}

/** @param {import("./speeches.mjs").SpeechRequest} request @param {string} output @param {AbortSignal} [signal] */
function hum({ text, speed }, output, signal) {
  const seconds = Math.max(0.5, [...text].length / 14 / speed);
  const tone = `0.25*sin(2*PI*(140+30*sin(2*PI*0.7*t))*t)*(0.5+0.5*sin(2*PI*4*t))*gt(sin(2*PI*0.45*t),-0.8)`;
  return ffmpeg(["-f", "lavfi", "-i", `aevalsrc=${tone}:s=44100:d=${seconds.toFixed(3)}`, output], { signal });
}
