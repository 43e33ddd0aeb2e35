import { decodeImage, fitImage, suggestCrop } from "../../kling-avatar/fit.js";
import * as format from "../format.js";
import { byId, show, textElement } from "../dom.js";
import { t } from "../i18n.js";
import { limitValues, problemWords } from "../problems.js";
import { CropFrame } from "./crop-frame.js";
import { openDialog } from "./dialog.js";
import { button, make } from "./elements.js";
import { Latest } from "./latest.js";
import { openingWords, renamed } from "./source.js";

const NUMBERS = ["x", "y", "width", "height"];

/** Lets the person choose what is kept of a photo, shows what is sent, and gives it to the field when it is accepted. */
export async function fitPhoto(field, limits, given) {
  const fitting = new PhotoFitting(field, limits, given);
  await fitting.open();
}

class PhotoFitting {
  #frame = new CropFrame();
  #result = make("canvas", { className: "fit-picture", attrs: { role: "img", "aria-label": t("fit.photo.result") } });
  #facts = make("p", { className: "fit-facts", attrs: { role: "status" } });
  #problems = make("ul", { className: "problems", attrs: { "aria-live": "polite" } });
  #use = button("primary", t("fit.photo.use"), () => this.#accept());
  #numbers = Object.fromEntries(NUMBERS.map((name) => [name, this.#number(name)]));
  #main = make("div", { className: "fit-main", hidden: true });
  #opening = make("p", { className: "fit-opening", textContent: t("fit.photo.opening"), attrs: { role: "status" } });
  #rotate;
  #decodings = 0;
  #picture;
  #fitted;

  constructor(field, limits, { source, edit, captured }) {
    Object.assign(this, { field, limits, source, captured });
    this.#rotate = edit?.rotate ?? 0;
    this.crop = edit?.crop;
  }

  async open() {
    this.#arrange();
    const cancel = button("quiet", t("fit.cancel"), () => this.view.close());
    this.#use.disabled = true;
    this.view = await openDialog("photo", t("fit.photo.title"), this.#opening, this.#main,
      make("div", { className: "fit-actions" }, cancel, this.#use));
    this.latest = new Latest(this.view.signal, (signal) => this.#fit(signal));
    this.view.signal.addEventListener("abort", () => this.#picture?.close());
    this.#frame.addEventListener("input", () => this.#framed());
    await this.#decode(this.crop);
  }

  #arrange() {
    const turn = button("secondary", t("fit.photo.turn"), () => this.#turn());
    const reset = button("secondary", t("fit.photo.reset"), () => this.#frame.set(suggestCrop(this.#picture, this.limits)));
    const fields = NUMBERS.map((name) => make("label", {}, textElement("span", t(`fit.photo.${name}`)), this.#numbers[name]));
    this.#main.append(
      make("div", { className: "fit-edit" },
        this.#frame.element,
        make("p", { className: "hint", id: "fit-help", textContent: t("fit.photo.help") }),
        make("div", { className: "fit-tools" }, turn, reset),
        make("details", {}, textElement("summary", t("fit.photo.numbers")), make("div", { className: "fit-numbers" }, ...fields))),
      make("div", { className: "fit-outcome" }, textElement("h3", t("fit.photo.result")), this.#result, this.#facts, this.#problems));
  }

  #number(name) {
    const change = ({ target }) => this.#frame.set({ ...this.#frame.frame, [name]: Number(target.value) });
    return make("input", { type: "number", min: "0", step: "1", inputMode: "numeric", id: `fit-${name}`, on: { change } });
  }

  async #turn() {
    this.#rotate = (this.#rotate + 90) % 360;
    await this.#decode();
  }

  /** `crop` is what was chosen before, if there was something. */
  async #decode(crop) {
    const { signal } = this.view;
    const mine = ++this.#decodings;
    try {
      const picture = await decodeImage(this.source, { rotate: this.#rotate, signal });
      if (mine !== this.#decodings) return picture.close();
      this.#picture?.close();
      this.#picture = picture;
      show(this.#main, true);
      show(this.#opening, false);
      this.#frame.show(picture, crop ?? suggestCrop(picture, this.limits), this.limits);
    } catch (error) {
      if (signal.aborted) return;
      show(this.#main, false);
      show(this.#opening, true);
      this.#opening.textContent = openingWords(error);
    }
  }

  #framed() {
    const { frame } = this.#frame;
    for (const name of NUMBERS) this.#numbers[name].value = String(frame[name]);
    this.#frame.drawTo(this.#result, this.#picture);
    this.#use.disabled = true;
    this.#facts.textContent = t("fit.photo.working");
    this.latest.ask();
  }

  /** Writes the photo as it would be sent, and has it checked as any other. */
  async #fit(signal) {
    const crop = this.#frame.frame;
    try {
      const { file, width, height } = await fitImage(this.#picture, { crop, enlarge: true, limits: this.limits, signal });
      const named = renamed(file, this.source.name);
      const { problems } = await this.field.check("image", named);
      if (signal.aborted) return;
      this.#fitted = { file: named, edit: { rotate: this.#rotate, crop } };
      this.#facts.textContent = [
        t("fit.photo.facts", { dimensions: format.pixels(width, height), size: format.bytes(named.size) }),
        scaling(crop, width),
      ].filter(Boolean).join(". ");
      this.#show(problems.filter(({ field }) => field === "image"));
    } catch (error) {
      if (signal.aborted) return;
      this.#facts.textContent = "";
      this.#show(error.problems ?? [{ field: "image", code: "", message: String(error?.message ?? error) }]);
    }
  }

  #show(problems) {
    const words = problems.map((problem) => textElement("li", problemWords(problem, limitValues(this.limits))));
    this.#problems.replaceChildren(...words);
    this.#use.disabled = problems.length > 0;
  }

  async #accept() {
    const { file, edit } = this.#fitted;
    this.view.close();
    await this.field.set(file, { file: this.source, edit, captured: this.captured });
    byId("photo-adjust").focus();
  }
}

function scaling(crop, width) {
  if (width === crop.width) return undefined;
  return t(width > crop.width ? "fit.photo.enlarged" : "fit.photo.reduced", { dimensions: format.pixels(crop.width, crop.height) });
}
