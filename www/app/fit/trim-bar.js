// The sound with the two ends of what is kept. A component of our own, because the well-known ones (wavesurfer.js, for
// one) write their parts and styles with innerHTML, which this page's policy forbids, and their regions cannot be moved
// by the keyboard. The ends are ranges of the platform: keyboards and screen readers know them.
import * as format from "../format.js";
import { t } from "../i18n.js";
import { drawn, make } from "./elements.js";
import { rulesFor, shifted, withEnd, withStart } from "./selection.js";

const BARS = 160;
/** How far an end goes by an arrow key, in seconds; a range stops at multiples of it, so that the very end is rounded to. */
const STEP = 0.1;

/** Dispatches `input` whenever the selection has changed. */
export class TrimBar extends EventTarget {
  #wave = drawn("svg", { class: "wave trim-wave", "aria-hidden": "true", focusable: "false", preserveAspectRatio: "none" });
  #clip = drawn("rect", { height: "100" });
  #kept = make("div", { className: "trim-kept" });
  #head = make("div", { className: "trim-head", hidden: true });
  #start = this.#end("start", (value) => withStart(this.selection, value, this.#rules));
  #stop = this.#end("end", (value) => withEnd(this.selection, value, this.#rules));
  #rules;

  constructor() {
    super();
    const area = make("div", { className: "trim-area" }, this.#wave, this.#kept, this.#head);
    this.element = make("div", { className: "trim", attrs: { role: "group", "aria-describedby": "fit-help" } }, area, this.#start, this.#stop);
    this.#drags();
  }

  show(sound, selection, limits) {
    this.#rules = rulesFor(sound, limits);
    this.#draw(sound.peaks(BARS));
    for (const end of [this.#start, this.#stop]) end.max = String(this.#rules.duration);
    this.selection = selection;
    this.set(selection);
  }

  setStart(value) {
    this.set(withStart(this.selection, value, this.#rules));
  }

  setEnd(value) {
    this.set(withEnd(this.selection, value, this.#rules));
  }

  set(selection) {
    const { duration } = this.#rules;
    this.selection = selection;
    const { start, end } = selection;
    const share = (seconds) => `${(100 * seconds) / duration}%`;
    this.#kept.style.left = share(start);
    this.#kept.style.width = share(end - start);
    this.#clip.setAttribute("x", String((BARS * start) / duration));
    this.#clip.setAttribute("width", String((BARS * (end - start)) / duration));
    for (const [input, value] of [[this.#start, start], [this.#stop, end]]) {
      input.value = String(value);
      input.setAttribute("aria-valuetext", t("fit.voice.of", { at: format.seconds(value), all: format.seconds(duration) }));
    }
    this.dispatchEvent(new Event("input"));
  }

  /** Where the player is, in seconds; nothing where it does not play. */
  point(seconds) {
    this.#head.hidden = seconds === undefined;
    this.#head.style.left = `${(100 * (seconds ?? 0)) / this.#rules.duration}%`;
  }

  #end(name, change) {
    const input = make("input", {
      type: "range", min: "0", step: String(STEP), className: `trim-end ${name}`, id: `fit-${name}`,
      attrs: { "aria-label": t(`fit.voice.${name}`) },
    });
    input.addEventListener("input", () => {
      const { duration } = this.#rules;
      const value = Number(input.value);
      this.set(change(duration - value < STEP ? duration : value));
    });
    return input;
  }

  #drags() {
    let from;
    this.#kept.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.#kept.setPointerCapture(event.pointerId);
      from = { x: event.clientX, selection: this.selection };
    });
    this.#kept.addEventListener("pointermove", (event) => {
      if (!from) return;
      const seconds = ((event.clientX - from.x) * this.#rules.duration) / this.#wave.clientWidth;
      this.set(shifted(from.selection, seconds, this.#rules));
    });
    for (const name of ["pointerup", "pointercancel"]) this.#kept.addEventListener(name, () => (from = undefined));
  }

  #draw(peaks) {
    const loudest = Math.max(...peaks, 0.05);
    const shape = Array.from(peaks, (peak, i) => {
      const half = 2 + (46 * peak) / loudest;
      return `M${i + 0.5} ${(50 - half).toFixed(1)}V${(50 + half).toFixed(1)}`;
    }).join("");
    const clip = drawn("clipPath", { id: "trim-clip" });
    clip.append(this.#clip);
    this.#wave.setAttribute("viewBox", `0 0 ${BARS} 100`);
    this.#wave.replaceChildren(
      clip,
      drawn("path", { d: shape, class: "wave-rest" }),
      drawn("path", { d: shape, class: "wave-done", "clip-path": "url(#trim-clip)" }),
    );
  }
}
