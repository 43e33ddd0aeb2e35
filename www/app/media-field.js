import * as format from "./format.js";
import { byId, show, textElement } from "./dom.js";
import { isReadable } from "./intake.js";
import { limitValues, problemWords, showProblems } from "./problems.js";

/**
 * A step that takes one file: keeps it, has it checked at once, shows its name, facts and problems.
 * What differs between photo and voice is told by `preview(file, accepted)`, `facts(report, preview)` and `values`.
 */
export class MediaField extends EventTarget {
  file = null;
  /** What the file was made from in this page: `{ file, edit, captured }`. */
  origin = null;
  report = null;
  problems = [];
  #turn = 0;
  /** Why something was not taken: a code and the values of its words. */
  #remark = null;
  #checked = Promise.resolve();

  constructor({ name, field, check, limits, preview, facts }) {
    super();
    Object.assign(this, { name, field, check, limits, preview, facts });
    this.root = byId(name);
    this.input = byId(`${name}-input`);
    this.input.addEventListener("change", () => {
      if (this.input.files.length > 0) this.set(this.input.files[0]);
      this.input.value = ""; // so that the same file can be chosen again after it was changed
    });
    if (this.input.files.length > 0) this.set(this.input.files[0]); // chosen while the page was loading
    this.root.querySelector(".media-remove").addEventListener("click", () => {
      this.set(null);
      this.input.focus();
    });
  }

  /** Settles when the present file has been checked. */
  get checked() {
    return this.#checked;
  }

  set(file, origin = null) {
    this.origin = origin;
    this.#remark = null;
    this.#checked = this.#take(file, ++this.#turn);
    return this.#checked;
  }

  async #take(file, turn) {
    Object.assign(this, { file, report: null, problems: [], seen: undefined });
    this.root.dataset.state = file ? "checking" : "empty";
    this.render();
    this.preview(null);
    if (!file) return this.#changed();
    const { report, problems } = await this.#ask(file);
    if (turn !== this.#turn) return;
    const seen = await this.preview(file, problems.length === 0);
    if (turn !== this.#turn) return;
    Object.assign(this, { report, problems, seen });
    this.root.dataset.state = problems.length > 0 ? "wrong" : "good";
    this.render();
    this.#changed();
  }

  async #ask(file) {
    try {
      const report = await this.check(this.field, file);
      const problems = report.problems.filter((problem) => problem.field === this.field);
      return { report: report[this.field] ?? null, problems: await this.#named(problems, file) };
    } catch (error) {
      const message = String(error?.message ?? error);
      return { report: null, problems: error?.problems ?? [{ field: this.field, code: "unreadable", message }] };
    }
  }

  /** What is damaged can be read; a folder, or a file that was moved or deleted since it was chosen, cannot. */
  async #named(problems, file) {
    if (!problems.some(({ code }) => code === "corrupt") || (await isReadable(file))) return problems;
    return [{ field: this.field, code: "unreadable", message: "" }];
  }

  focus() {
    this.input.focus();
  }

  /** Shows problems found elsewhere, such as a missing file or a last check before sending. */
  async complain(problems) {
    const { file } = this;
    const named = await this.#named(problems, file);
    if (this.file !== file) return;
    this.problems = named;
    this.root.dataset.state = "wrong";
    this.render();
  }

  /** Says why something was not taken. What is there stays as it is. */
  remark(code, values) {
    this.#remark = { code, values };
    this.render();
  }

  render() {
    const { name, file } = this;
    this.root.classList.toggle("filled", file !== null);
    show(byId(`${name}-about`), file !== null);
    byId(`${name}-name`).textContent = file ? file.name : "";
    byId(`${name}-facts`).textContent = file ? this.facts(file, this.report, this.seen).join(" · ") : "";
    const values = { ...limitValues(this.limits), ...this.#values() };
    showProblems(byId(`${name}-problems`), this.input, this.problems.map((problem) => problemWords(problem, values)));
    if (!this.#remark) return;
    const { code, values: known } = this.#remark;
    byId(`${name}-problems`).append(textElement("li", problemWords({ field: this.field, code }, known)));
  }

  #values() {
    const { width, height, durationSeconds } = { ...this.seen, ...this.report };
    return {
      size: this.file ? format.bytes(this.file.size) : undefined,
      dimensions: width ? format.pixels(width, height) : undefined,
      duration: durationSeconds === undefined ? undefined : format.seconds(durationSeconds, 2),
    };
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
