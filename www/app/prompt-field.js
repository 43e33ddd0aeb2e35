import { byId } from "./dom.js";
import { formatNumber, onLanguage, t } from "./i18n.js";
import { limitValues, problemWords, showProblems } from "./problems.js";

/** The prompt: starts with words that work, counts characters as the service does, and is checked while typing. */
export class PromptField extends EventTarget {
  field = "prompt";
  root = byId("words");
  problems = [];
  #input = byId("prompt");
  #suggested = "";
  #turn = 0;

  constructor(check, limits) {
    super();
    Object.assign(this, { check, limits });
    this.#input.addEventListener("input", () => this.#changed());
    for (const chip of document.querySelectorAll("[data-example]")) {
      chip.addEventListener("click", () => this.#suggest(t(`prompt.example.${chip.dataset.example}.text`)));
    }
    onLanguage(() => {
      if (this.value === this.#suggested) this.#input.value = this.#suggested = t("prompt.default");
      this.validate();
    });
  }

  get value() {
    return this.#input.value;
  }

  focus() {
    this.#input.focus();
  }

  #suggest(words) {
    this.#suggested = words;
    this.#input.value = words;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
    return this.validate();
  }

  async validate() {
    const turn = ++this.#turn;
    this.render();
    const problems = await this.#ask();
    if (turn === this.#turn) this.complain(problems);
  }

  async #ask() {
    try {
      const report = await this.check("prompt", this.value);
      return report.problems.filter((problem) => problem.field === "prompt");
    } catch {
      return []; // checked again before anything is sent
    }
  }

  complain(problems) {
    this.problems = problems;
    this.render();
  }

  render() {
    const max = this.limits.promptMaxCharacters;
    const count = [...this.value].length;
    const counter = byId("prompt-count");
    counter.textContent = `${formatNumber(count)} / ${formatNumber(max)}`;
    counter.classList.toggle("over", count > max);
    this.root.dataset.state = this.problems.length > 0 ? "wrong" : count > 0 ? "good" : "empty";
    const values = { ...limitValues(this.limits), count: count - max };
    showProblems(byId("prompt-problems"), this.#input, this.problems.map((p) => problemWords(p, values)));
  }
}
