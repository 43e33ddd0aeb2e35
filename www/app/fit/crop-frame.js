// The picture with a frame on it. A component of our own, because the well-known ones (Cropper.js, for one) write their
// parts with innerHTML, which this page's policy forbids (`require-trusted-types-for 'script'`), and cannot be moved to a
// pixel by a screen reader's user.
import { t } from "../i18n.js";
import { make } from "./elements.js";
import { moved, placed, resized, rulesFor } from "./geometry.js";

const CORNERS = { nw: { left: true, top: true }, ne: { top: true }, sw: { left: true }, se: {} };
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** The picture is drawn with no more pixels than a screen shows. */
const DRAWN_PIXELS = 1600;
const STEPS_PER_SIDE = 100;

/** Dispatches `input` whenever the frame has changed. */
export class CropFrame extends EventTarget {
  #canvas = make("canvas", { className: "crop-picture" });
  #handle = make("div", {
    className: "crop-frame", tabIndex: 0,
    attrs: { role: "group", "aria-label": t("fit.photo.frame"), "aria-describedby": "fit-help" },
  });
  #rules;

  constructor() {
    super();
    for (const [name, corner] of Object.entries(CORNERS)) {
      const knob = make("span", { className: `crop-knob ${name}` });
      this.#drags(knob, (from, dx, dy) => resized(from, corner, dx, dy, this.#rules));
      this.#handle.append(knob);
    }
    this.#drags(this.#handle, (from, dx, dy) => moved(from, dx, dy, this.#rules));
    this.#handle.addEventListener("keydown", (event) => this.#key(event));
    const shade = make("div", { className: "crop-shade" }, make("div", { className: "crop-hole" }));
    this.element = make("div", { className: "crop" }, this.#canvas, shade, this.#handle);
  }

  show(picture, frame, limits) {
    const scale = Math.min(1, DRAWN_PIXELS / Math.max(picture.width, picture.height));
    const width = Math.max(1, Math.round(picture.width * scale));
    const height = Math.max(1, Math.round(picture.height * scale));
    Object.assign(this.#canvas, { width, height }).getContext("2d").drawImage(picture, 0, 0, width, height);
    this.element.style.setProperty("--ratio", String(picture.width / picture.height));
    this.#rules = rulesFor(picture, limits);
    this.set(frame);
  }

  /** Takes a frame, or what of it is allowed. */
  set(frame) {
    const { width, height } = this.#rules;
    this.frame = placed(frame, this.#rules);
    const percent = { x: this.frame.x / width, y: this.frame.y / height, w: this.frame.width / width, h: this.frame.height / height };
    for (const [name, share] of Object.entries(percent)) this.element.style.setProperty(`--${name}`, `${100 * share}%`);
    this.dispatchEvent(new Event("input"));
  }

  /** What is in the frame, drawn small. */
  drawTo(canvas, picture) {
    const { x, y, width, height } = this.frame;
    const scale = Math.min(1, 480 / Math.max(width, height));
    Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    canvas.getContext("2d").drawImage(picture, x, y, width, height, 0, 0, canvas.width, canvas.height);
  }

  #drags(element, change) {
    let start;
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.stopPropagation();
      element.setPointerCapture(event.pointerId);
      start = { x: event.clientX, y: event.clientY, frame: this.frame };
    });
    element.addEventListener("pointermove", (event) => {
      if (!start) return;
      const scale = this.#rules.width / this.element.clientWidth;
      this.set(change(start.frame, (event.clientX - start.x) * scale, (event.clientY - start.y) * scale));
    });
    for (const name of ["pointerup", "pointercancel"]) element.addEventListener(name, () => (start = undefined));
  }

  #key(event) {
    const direction = KEYS[event.key];
    if (!direction) return;
    event.preventDefault();
    const { width, height } = this.#rules;
    const [dx, dy] = direction.map((each) => Math.round((each * Math.max(width, height)) / STEPS_PER_SIDE) || each);
    this.set(event.shiftKey ? resized(this.frame, {}, dx, dy, this.#rules) : moved(this.frame, dx, dy, this.#rules));
  }
}
