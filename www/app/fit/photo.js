import { decodeImage, fitImage, suggestCrop } from "../../kling-avatar/fit.js";
import * as format from "../format.js";
import { textElement } from "../dom.js";
import { t } from "../i18n.js";
import { CropFrame } from "./crop-frame.js";
import { button, make } from "./elements.js";
import { Fitting } from "./fitting.js";
import { renamed } from "./source.js";

const NUMBERS = ["x", "y", "width", "height"];

/** Lets the person choose what is kept of a photo, shows what is sent, and gives it to the field when it is accepted. */
export const fitPhoto = (field, limits, given) => new PhotoFitting(field, limits, given).open();

class PhotoFitting extends Fitting {
  #frame = new CropFrame();
  #result = make("canvas", { className: "fit-picture", attrs: { role: "img", "aria-label": t("fit.photo.result") } });
  #numbers = Object.fromEntries(NUMBERS.map((name) => [name, this.#number(name)]));
  #rotate = this.edit?.rotate ?? 0;
  #decodings = 0;
  #picture;

  async open() {
    this.#arrange();
    await this.show();
    this.view.signal.addEventListener("abort", () => this.#picture?.close());
    this.#frame.addEventListener("input", () => this.#framed());
    await this.#decode(this.edit?.crop);
  }

  #arrange() {
    const turn = button("secondary", t("fit.photo.turn"), () => this.#turn());
    const reset = button("secondary", t("fit.photo.reset"), () => this.#frame.set(suggestCrop(this.#picture, this.limits)));
    const fields = NUMBERS.map((name) => make("label", {}, textElement("span", t(`fit.photo.${name}`)), this.#numbers[name]));
    this.main.className = "fit-main";
    this.main.append(
      make("div", { className: "fit-edit" },
        this.#frame.element,
        make("p", { className: "hint", id: "fit-help", textContent: t("fit.photo.help") }),
        make("div", { className: "fit-tools" }, turn, reset),
        make("details", {}, textElement("summary", t("fit.photo.numbers")), make("div", { className: "fit-numbers" }, ...fields))),
      make("div", { className: "fit-outcome" }, textElement("h3", t("fit.photo.result")), this.#result, this.facts, this.problems));
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
    const mine = ++this.#decodings;
    try {
      const picture = await decodeImage(this.source, { rotate: this.#rotate, signal: this.view.signal });
      if (mine !== this.#decodings) return picture.close();
      this.#picture?.close();
      this.#picture = picture;
      this.opened();
      this.#frame.show(picture, crop ?? suggestCrop(picture, this.limits), this.limits);
    } catch (error) {
      this.opened(error);
    }
  }

  #framed() {
    const { frame } = this.#frame;
    for (const name of NUMBERS) this.#numbers[name].value = String(frame[name]);
    this.#frame.drawTo(this.#result, this.#picture);
    this.changed();
  }

  async fit(signal) {
    const crop = this.#frame.frame;
    const { file, width, height } = await fitImage(this.#picture, { crop, enlarge: true, limits: this.limits, signal });
    const facts = t("fit.photo.facts", { dimensions: format.pixels(width, height), size: format.bytes(file.size) });
    const words = [facts, scaling(crop, width)].filter(Boolean).join(". ");
    return { file: renamed(file, this.source.name), edit: { rotate: this.#rotate, crop }, words };
  }
}

function scaling(crop, width) {
  if (width === crop.width) return undefined;
  return t(width > crop.width ? "fit.photo.enlarged" : "fit.photo.reduced", { dimensions: format.pixels(crop.width, crop.height) });
}
