import { byId, show, textElement } from "../dom.js";
import { t } from "../i18n.js";
import { limitValues, problemWords } from "../problems.js";
import { openDialog } from "./dialog.js";
import { button, make } from "./elements.js";
import { Latest } from "./latest.js";
import { openingWords } from "./source.js";

/**
 * A dialog in which a file is made to fit: opens the source, writes the file anew for each choice and has it checked as any
 * other, and gives it to the field when it is accepted. Those for photo and voice have `fit(signal)`, which resolves with
 * `{ file, edit, words }`.
 */
export class Fitting {
  facts = make("p", { className: "fit-facts", attrs: { role: "status" } });
  problems = make("ul", { className: "problems", attrs: { "aria-live": "polite" } });
  main = make("div", { hidden: true });
  #opening = make("p", { className: "fit-opening", attrs: { role: "status" } });
  #use;
  #fitted;

  constructor(field, limits, { source, edit, captured }) {
    Object.assign(this, { field, limits, source, edit, captured });
    this.#opening.textContent = t(`fit.${field.name}.opening`);
    this.#use = button("primary", t(`fit.${field.name}.use`), () => this.#accept());
    this.#use.disabled = true;
  }

  async show() {
    const { name } = this.field;
    const cancel = button("quiet", t("fit.cancel"), () => this.view.close());
    this.view = await openDialog(name, t(`fit.${name}.title`), this.#opening, this.main,
      make("div", { className: "fit-actions" }, cancel, this.#use));
    this.view.holds = Boolean(this.captured) && this.field.origin?.file !== this.source;
    this.latest = new Latest(this.view.signal, (signal) => this.#write(signal));
  }

  /** Shows the tools, or why there is nothing to use them on. */
  async opened(error) {
    if (this.view.signal.aborted) return;
    show(this.main, !error);
    show(this.#opening, Boolean(error));
    if (error) this.#opening.textContent = await openingWords(this.field, this.source, error);
  }

  /** Something else was chosen. */
  changed() {
    this.#use.disabled = true;
    this.facts.textContent = t(`fit.${this.field.name}.working`);
    this.latest.ask();
  }

  async #write(signal) {
    const { field } = this.field;
    try {
      const { file, edit, words } = await this.fit(signal);
      const { problems } = await this.field.check(field, file);
      if (signal.aborted) return;
      this.#fitted = { file, edit };
      this.written?.(file);
      this.facts.textContent = words;
      this.#complain(problems.filter((problem) => problem.field === field));
    } catch (error) {
      if (signal.aborted) return;
      this.facts.textContent = "";
      this.#complain(error.problems ?? [{ field, code: "", message: String(error?.message ?? error) }]);
    }
  }

  #complain(problems) {
    const words = problems.map((problem) => textElement("li", problemWords(problem, limitValues(this.limits))));
    this.problems.replaceChildren(...words);
    this.#use.disabled = problems.length > 0;
  }

  async #accept() {
    const { file, edit } = this.#fitted;
    this.view.close();
    await this.field.set(file, { file: this.source, edit, captured: this.captured });
    byId(`${this.field.name}-adjust`).focus();
  }
}
