import { decodeSound, fitSound } from "../../kling-avatar/fit.js";
import * as format from "../format.js";
import { textElement } from "../dom.js";
import { t } from "../i18n.js";
import { limitValues } from "../problems.js";
import { button, make } from "./elements.js";
import { Fitting } from "./fitting.js";
import { TrimBar } from "./trim-bar.js";

/** Lets the person choose what is kept of a sound, plays what is sent, and gives it to the field when it is accepted. */
export const fitVoice = (field, limits, given) => new VoiceFitting(field, limits, given).open();

class VoiceFitting extends Fitting {
  #bar = new TrimBar();
  #audio = make("audio", {});
  #play = button("secondary fit-play", t("fit.voice.play"), () => this.#toggle());
  #kept = make("p", { className: "fit-kept" });
  #start = this.#seconds("start", (value) => this.#bar.setStart(value));
  #end = this.#seconds("end", (value) => this.#bar.setEnd(value));
  #sound;
  #url;

  async open() {
    this.#arrange();
    await this.show();
    this.view.signal.addEventListener("abort", () => this.written(undefined));
    for (const name of ["play", "pause", "ended", "timeupdate"]) this.#audio.addEventListener(name, () => this.#playing());
    this.#bar.addEventListener("input", () => this.#selected());
    await this.#decode();
  }

  #arrange() {
    this.main.className = "fit-voice";
    this.main.append(
      this.#bar.element,
      make("p", { className: "hint", id: "fit-help", textContent: t("fit.voice.help") }),
      make("div", { className: "fit-numbers" },
        make("label", {}, textElement("span", t("fit.voice.startSeconds")), this.#start),
        make("label", {}, textElement("span", t("fit.voice.endSeconds")), this.#end)),
      this.#kept,
      make("div", { className: "fit-tools" }, this.#play),
      this.facts, this.problems, this.#audio);
  }

  #seconds(name, set) {
    const change = ({ target }) => set(Number(target.value));
    return make("input", { type: "number", min: "0", step: "any", inputMode: "decimal", id: `fit-${name}-seconds`, on: { change } });
  }

  async #decode() {
    try {
      this.#sound = await decodeSound(this.source, { signal: this.view.signal });
      const all = { start: 0, end: Math.min(this.#sound.durationSeconds, this.limits.audioMaxSeconds) };
      this.opened();
      this.#bar.show(this.#sound, this.edit ?? all, this.limits);
    } catch (error) {
      this.opened(error);
    }
  }

  #selected() {
    const { start, end } = this.#bar.selection;
    const { durationSeconds } = this.#sound;
    this.#start.value = String(Math.round(start * 100) / 100);
    this.#end.value = String(Math.round(end * 100) / 100);
    this.#kept.textContent = durationSeconds < this.limits.audioMinSeconds
      ? t("fit.voice.padded", { ...limitValues(this.limits), duration: format.seconds(durationSeconds, 2) })
      : t("fit.voice.kept", { from: format.seconds(start), to: format.seconds(end), all: format.seconds(durationSeconds) });
    this.#audio.pause();
    this.changed();
  }

  async fit(signal) {
    const { start, end } = this.#bar.selection;
    const { file, durationSeconds, sampleRate } = await fitSound(this.#sound, { start, end, pad: true, limits: this.limits, signal });
    const values = { duration: format.seconds(durationSeconds), rate: format.kilohertz(sampleRate), size: format.bytes(file.size) };
    return { file, edit: { start, end }, words: t("fit.voice.facts", values) };
  }

  /** What is heard is the very file that would be sent. */
  written(file) {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = file && URL.createObjectURL(file);
    if (file) this.#audio.src = this.#url;
    else this.#audio.removeAttribute("src");
  }

  async #toggle() {
    if (!this.#audio.paused) return this.#audio.pause();
    await this.latest.settled();
    await this.#audio.play().catch(() => {}); // paused again before it began
  }

  #playing() {
    const { paused, currentTime } = this.#audio;
    this.#play.textContent = t(paused ? "fit.voice.play" : "fit.voice.pause");
    this.#bar.point(paused ? undefined : this.#bar.selection.start + currentTime);
  }
}
