import * as format from "../format.js";
import { show } from "../dom.js";
import { t } from "../i18n.js";
import { limitValues } from "../problems.js";
import { refusal, stream } from "./capture.js";
import { openDialog } from "./dialog.js";
import { button, make } from "./elements.js";
import { fitVoice } from "./voice.js";

/** When it is said that nothing is heard, and what counts as nothing. */
const QUIET_AFTER_SECONDS = 3;
const QUIET_BELOW = 0.01;
/** Not by frames: a page in the background has none, and has to stop in time all the same. */
const LOOK_EVERY_MS = 100;

/** Records a voice with the microphone, and goes on to what of it is kept. */
export async function recordVoice(field, limits) {
  await new Recording(field, limits).open();
}

class Recording {
  #said = make("p", { className: "fit-opening", attrs: { role: "status" } });
  #level = make("meter", { className: "fit-level", max: 1, value: 0, attrs: { "aria-label": t("fit.recorder.level") } });
  #time = make("p", { className: "fit-time" });
  #meters = make("div", { className: "fit-meters", hidden: true }, this.#level, this.#time);
  #start = button("primary", t("fit.recorder.start"), () => this.#begin());
  #stop = button("primary", t("fit.recorder.stop"), () => this.#recorder.stop());
  #recorder;
  #loudest = 0;

  constructor(field, limits) {
    Object.assign(this, { field, limits });
  }

  async open() {
    this.#said.textContent = t("fit.recorder.ready", limitValues(this.limits));
    show(this.#stop, false);
    const cancel = button("quiet", t("fit.cancel"), () => this.view.close());
    this.view = await openDialog("recorder", t("fit.recorder.title"), this.#said, this.#meters,
      make("div", { className: "fit-actions" }, cancel, this.#start, this.#stop));
    this.#start.focus();
  }

  async #begin() {
    const { signal } = this.view;
    this.#start.disabled = true;
    this.#said.textContent = t("fit.recorder.opening");
    try {
      const sound = await stream({ audio: true }, signal);
      if (!signal.aborted) this.#record(sound);
    } catch (error) {
      this.#said.textContent = refusal("recorder", error);
      this.#start.disabled = false;
    }
  }

  #record(sound) {
    const { signal } = this.view;
    const parts = [];
    this.#recorder = new MediaRecorder(sound);
    this.#recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    this.#recorder.addEventListener("stop", () => {
      if (!signal.aborted) this.#done(parts);
    });
    this.#recorder.start();
    this.view.holds = true;
    this.#said.textContent = t("fit.recorder.recording");
    for (const element of [this.#meters, this.#stop]) show(element, true);
    show(this.#start, false);
    this.#stop.focus();
    this.#watch(sound);
  }

  /** Shows time and loudness, and stops at the longest that is allowed. */
  #watch(sound) {
    const { signal } = this.view;
    const context = new AudioContext();
    const ear = new AnalyserNode(context, { fftSize: 2048 });
    const samples = new Float32Array(ear.fftSize);
    context.createMediaStreamSource(sound).connect(ear);
    const startedAt = performance.now();
    const watch = setInterval(() => {
      const seconds = (performance.now() - startedAt) / 1000;
      ear.getFloatTimeDomainData(samples);
      const loudness = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
      this.#render(seconds, loudness);
      if (seconds >= this.limits.audioMaxSeconds) this.#recorder.stop();
    }, LOOK_EVERY_MS);
    const end = () => {
      clearInterval(watch);
      if (context.state !== "closed") context.close();
    };
    signal.addEventListener("abort", end);
    this.#recorder.addEventListener("stop", end);
  }

  #render(seconds, loudness) {
    this.#loudest = Math.max(this.#loudest, loudness);
    this.#level.value = Math.min(1, 3 * Math.sqrt(loudness / 3));
    this.#time.textContent = `${format.clock(seconds)} / ${format.clock(this.limits.audioMaxSeconds)}`;
    const quiet = seconds > QUIET_AFTER_SECONDS && this.#loudest < QUIET_BELOW;
    const words = t(quiet ? "fit.recorder.quiet" : "fit.recorder.recording");
    if (this.#said.textContent !== words) this.#said.textContent = words;
  }

  async #done(parts) {
    const { mimeType } = this.#recorder;
    const extension = mimeType.includes("mp4") ? "m4a" : mimeType.includes("ogg") ? "ogg" : "webm";
    const source = new File(parts, `${t("fit.recorder.name")}.${extension}`, { type: mimeType });
    this.view.close();
    await fitVoice(this.field, this.limits, { source, captured: true });
  }
}
