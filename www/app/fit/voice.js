import { decodeSound, fitSound } from "../../kling-avatar/fit.js";
import * as format from "../format.js";
import { byId, show, textElement } from "../dom.js";
import { t } from "../i18n.js";
import { limitValues, problemWords } from "../problems.js";
import { openDialog } from "./dialog.js";
import { button, make } from "./elements.js";
import { Latest } from "./latest.js";
import { openingWords } from "./source.js";
import { TrimBar } from "./trim-bar.js";

/** Lets the person choose what is kept of a sound, plays what is sent, and gives it to the field when it is accepted. */
export async function fitVoice(field, limits, given) {
  await new VoiceFitting(field, limits, given).open();
}

class VoiceFitting {
  #bar = new TrimBar();
  #audio = make("audio", {});
  #play = button("secondary fit-play", t("fit.voice.play"), () => this.#toggle());
  #kept = make("p", { className: "fit-kept" });
  #facts = make("p", { className: "fit-facts", attrs: { role: "status" } });
  #problems = make("ul", { className: "problems", attrs: { "aria-live": "polite" } });
  #use = button("primary", t("fit.voice.use"), () => this.#accept());
  #start = this.#seconds("start", (value) => this.#bar.setStart(value));
  #end = this.#seconds("end", (value) => this.#bar.setEnd(value));
  #main = make("div", { className: "fit-voice", hidden: true });
  #opening = make("p", { className: "fit-opening", textContent: t("fit.voice.opening"), attrs: { role: "status" } });
  #sound;
  #fitted;
  #url;

  constructor(field, limits, given) {
    Object.assign(this, { field, limits, ...given });
  }

  async open() {
    this.#arrange();
    const cancel = button("quiet", t("fit.cancel"), () => this.view.close());
    this.#use.disabled = true;
    this.view = await openDialog("voice", t("fit.voice.title"), this.#opening, this.#main,
      make("div", { className: "fit-actions" }, cancel, this.#use));
    this.latest = new Latest(this.view.signal, (signal) => this.#fit(signal));
    this.view.signal.addEventListener("abort", () => this.#load(undefined));
    for (const name of ["play", "pause", "ended", "timeupdate"]) this.#audio.addEventListener(name, () => this.#playing());
    this.#bar.addEventListener("input", () => this.#selected());
    await this.#decode();
  }

  #arrange() {
    this.#main.append(
      this.#bar.element,
      make("p", { className: "hint", id: "fit-help", textContent: t("fit.voice.help") }),
      make("div", { className: "fit-numbers" },
        make("label", {}, textElement("span", t("fit.voice.startSeconds")), this.#start),
        make("label", {}, textElement("span", t("fit.voice.endSeconds")), this.#end)),
      this.#kept,
      make("div", { className: "fit-tools" }, this.#play),
      this.#facts, this.#problems, this.#audio);
  }

  #seconds(name, set) {
    const change = ({ target }) => set(Number(target.value));
    return make("input", { type: "number", min: "0", step: "any", inputMode: "decimal", id: `fit-${name}-seconds`, on: { change } });
  }

  async #decode() {
    const { signal } = this.view;
    try {
      this.#sound = await decodeSound(this.source, { signal });
      const all = { start: 0, end: Math.min(this.#sound.durationSeconds, this.limits.audioMaxSeconds) };
      show(this.#main, true);
      show(this.#opening, false);
      this.#bar.show(this.#sound, this.edit ?? all, this.limits);
    } catch (error) {
      if (!signal.aborted) this.#opening.textContent = openingWords(error);
    }
  }

  #selected() {
    const { start, end } = this.#bar.selection;
    const { durationSeconds } = this.#sound;
    this.#start.value = String(Math.round(start * 100) / 100);
    this.#end.value = String(Math.round(end * 100) / 100);
    const values = { ...limitValues(this.limits), duration: format.seconds(durationSeconds, 2) };
    const short = durationSeconds < this.limits.audioMinSeconds;
    this.#kept.textContent = short
      ? t("fit.voice.padded", values)
      : t("fit.voice.kept", { from: format.seconds(start), to: format.seconds(end), all: format.seconds(durationSeconds) });
    this.#audio.pause();
    this.#use.disabled = true;
    this.#facts.textContent = t("fit.voice.working");
    this.latest.ask();
  }

  /** Writes the clip as it would be sent, and has it checked as any other. */
  async #fit(signal) {
    const { start, end } = this.#bar.selection;
    try {
      const { file, durationSeconds, sampleRate } = await fitSound(this.#sound, { start, end, pad: true, limits: this.limits, signal });
      const { problems } = await this.field.check("soundFile", file);
      if (signal.aborted) return;
      this.#fitted = { file, edit: { start, end } };
      this.#load(file);
      const values = { duration: format.seconds(durationSeconds), rate: sampleRate / 1000, size: format.bytes(file.size) };
      this.#facts.textContent = t("fit.voice.facts", values);
      this.#show(problems.filter(({ field }) => field === "soundFile"));
    } catch (error) {
      if (signal.aborted) return;
      this.#facts.textContent = "";
      this.#show(error.problems ?? [{ field: "soundFile", code: "", message: String(error?.message ?? error) }]);
    }
  }

  #show(problems) {
    const words = problems.map((problem) => textElement("li", problemWords(problem, limitValues(this.limits))));
    this.#problems.replaceChildren(...words);
    this.#use.disabled = problems.length > 0;
  }

  #load(file) {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = file && URL.createObjectURL(file);
    if (file) this.#audio.src = this.#url;
    else this.#audio.removeAttribute("src");
  }

  /** What is heard is the very file that would be sent. */
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

  async #accept() {
    const { file, edit } = this.#fitted;
    this.view.close();
    await this.field.set(file, { file: this.source, edit, captured: this.captured });
    byId("voice-adjust").focus();
  }
}
