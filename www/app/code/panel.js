import { byId } from "../dom.js";
import { onLanguage, t } from "../i18n.js";
import { snippets } from "./snippets.js";

/** "Show the code": what one has just done, for each runtime. */
export class CodePanel {
  #runtime = "browser";
  #tabs = [...document.querySelectorAll("[role=tab]")];
  #now;

  /** `now()` gives the present connection, names, prompt, mode and what was spoken. */
  constructor(now) {
    this.#now = now;
    for (const tab of this.#tabs) {
      tab.addEventListener("click", () => this.#select(tab));
      tab.addEventListener("keydown", (event) => this.#move(event));
    }
    byId("code-copy").addEventListener("click", () => this.#copy());
    byId("code").addEventListener("toggle", () => this.render());
    onLanguage(() => (byId("code-copy").textContent = t("code.copy")));
    this.render();
  }

  render() {
    if (byId("code").open) byId("code-text").textContent = snippets[this.#runtime](this.#now());
  }

  #select(tab) {
    this.#runtime = tab.id.replace("code-tab-", "");
    for (const each of this.#tabs) {
      each.setAttribute("aria-selected", String(each === tab));
      each.tabIndex = each === tab ? 0 : -1;
    }
    byId("code-panel").setAttribute("aria-labelledby", tab.id);
    this.render();
  }

  #move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const { length } = this.#tabs;
    const next = this.#tabs[(this.#tabs.indexOf(event.target) + step + length) % length];
    this.#select(next);
    next.focus();
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(byId("code-text").textContent);
      byId("code-copy").textContent = t("code.copied");
    } catch {
      getSelection().selectAllChildren(byId("code-text"));
      byId("code-copy").textContent = t("code.selected");
    }
  }
}
