import * as format from "../format.js";
import { byId } from "../dom.js";
import { describe } from "../errors.js";
import { onLanguage, t } from "../i18n.js";

/** Some of Kling's published voices, the ones of both languages first; any other id can be typed. */
const BOTH = ["genshin_vindi2", "genshin_klee2", "ai_kaiya", "chengshu_jiejie", "laopopo_speech02"];
const VOICES = {
  en: ["reader_en_m-v1", "commercial_lady_en_f-v1", "calm_story1", "uk_man2", "uk_boy1", ...BOTH],
  zh: [...BOTH, "zhinen_xuesheng", "tiexin_nanyou", "zhuxi_speech02", "chuanmeizi_speech02"],
};

/** A text, a voice and its language; the service speaks them, and the sound takes the place of a clip. */
export class SpeechPanel {
  #text = byId("speech-text");
  #language = byId("speech-language");
  #voice = byId("speech-voice");
  #note = byId("speech-note");
  #busy = false;
  /** The words of the note, in the present language. */
  #said = () => "";

  constructor({ speech, voice, client, limits }) {
    Object.assign(this, { speech, voice, client, limits });
    byId("speech-do").addEventListener("click", () => this.#speak());
    this.#text.addEventListener("input", () => this.#count());
    this.#language.addEventListener("change", () => this.#offerVoices());
    this.#offerVoices();
    onLanguage(() => {
      this.#count();
      this.#note.textContent = this.#said();
    });
  }

  focus() {
    this.#text.focus();
  }

  #offerVoices() {
    const voices = VOICES[this.#language.value];
    byId("speech-voices").replaceChildren(...voices.map((id) => new Option(id)));
    if (this.#voice.value === "" || !voices.includes(this.#voice.value)) this.#voice.value = voices[0];
  }

  #count() {
    const [count, max] = [[...this.#text.value].length, this.limits.speechTextMaxCharacters];
    byId("speech-count").textContent = `${format.number(count)} / ${format.number(max)}`;
    byId("speech-count").classList.toggle("over", count > max);
  }

  async #speak() {
    if (this.#busy) return;
    const spoken = { text: this.#text.value.trim(), voiceId: this.#voice.value.trim(), voiceLanguage: this.#language.value };
    const missing = spoken.text === "" ? this.#text : spoken.voiceId === "" ? this.#voice : null;
    if (missing) {
      this.#say(() => t("speech.missing"), true);
      return missing.focus();
    }
    this.#busy = true;
    this.#say(() => t("speech.speaking"));
    try {
      await this.#ask(spoken);
    } catch (error) {
      this.#say(() => (error?.problems ? t("speech.refused") : failed(error)), true);
    }
    this.#busy = false;
  }

  async #ask(spoken) {
    const reached = await this.client();
    if (!reached) return this.#say(() => "");
    const { audioId, url, durationSeconds } = await reached.client.synthesizeSpeech(spoken);
    const file = await heard(url, reached.fetch);
    this.speech.remember(file, audioId, spoken);
    await this.voice.set(file);
    const outcome = !file ? "unheard" : this.voice.problems.length > 0 ? "unfit" : "done";
    const length = () => (durationSeconds === undefined ? "" : format.seconds(durationSeconds));
    this.#say(() => t(`speech.${outcome}`, { length: length() }), outcome === "unfit");
  }

  #say(words, wrong = false) {
    this.#said = words;
    this.#note.textContent = words();
    this.#note.classList.toggle("problem", wrong);
  }
}

/** Only what the service answered is put into its mouth. */
function failed(error) {
  const { title, advice, quote } = describe({ error });
  return t("speech.failed", { words: quote ? t("error.said", { words: quote }) : `${title}. ${advice}` });
}

/** The sound as a file, to be listened to like any other; nothing where the service does not let pages read it. */
async function heard(url, fetch = globalThis.fetch) {
  try {
    const answer = await fetch(url);
    if (!answer.ok) return null;
    const blob = await answer.blob();
    const extension = /wav/.test(blob.type) ? "wav" : "mp3";
    return new File([blob], `${t("speech.file")}.${extension}`, { type: blob.type });
  } catch {
    return null;
  }
}
