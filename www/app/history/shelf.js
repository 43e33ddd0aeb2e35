import * as format from "../format.js";
import { byId, onPress, show, textElement } from "../dom.js";
import { isUnfinished } from "../errors.js";
import { currentLanguage, onLanguage, t } from "../i18n.js";

const SVG = "http://www.w3.org/2000/svg";

/** The row of all videos: each puts its own on the stage, or can be deleted. */
export class Shelf {
  #list = byId("shelf-list");
  #cards = new Map();
  /** The one that is on the stage. */
  #current;
  /** What the next press deletes: one video, or "all". */
  #armed = null;

  constructor({ runs, history, actions }) {
    Object.assign(this, { runs, history, actions });
    this.#current = runs.current;
    runs.addEventListener("add", ({ detail }) => this.#add(detail));
    runs.addEventListener("remove", ({ detail }) => this.#remove(detail));
    runs.addEventListener("select", ({ detail }) => this.#select(detail));
    runs.addEventListener("change", ({ detail }) => this.#renderCard(detail));
    history.addEventListener("change", () => this.#renderSpace());
    const clear = byId("shelf-clear");
    onPress(clear, () => this.#clear());
    clear.addEventListener("blur", () => this.#arm(null));
    onLanguage(() => this.render());
  }

  /** Each change touches its own card only: there may be hundreds. */
  render() {
    for (const run of this.runs.all) {
      if (this.#cards.has(run)) this.#renderCard(run);
      else this.#add(run);
    }
    this.#renderSpace();
  }

  #add(run) {
    const { item } = this.#makeCard(run);
    this.#list.insertBefore(item, this.#list.children[this.runs.all.indexOf(run)] ?? null);
    this.#renderCard(run);
    this.#renderSpace();
  }

  #remove(run) {
    this.#cards.get(run)?.item.remove();
    this.#cards.delete(run);
    this.#renderSpace();
  }

  #select(run) {
    const before = this.#current;
    this.#current = run;
    for (const each of [before, run]) this.#renderCard(each);
  }

  #makeCard(run) {
    const item = document.createElement("li");
    item.className = "card";
    const open = textElement("button", "");
    open.type = "button";
    open.className = "card-open";
    const photo = document.createElement("img");
    photo.alt = "";
    if (run.photoUrl) photo.src = run.photoUrl;
    const [state, time] = [textElement("span", ""), textElement("span", "")];
    state.className = "card-state";
    time.className = "card-time";
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.ariaHidden = "true";
    open.append(photo, bar, state, time);
    open.addEventListener("click", () => this.actions.show(run));
    const remove = textElement("button", "");
    remove.type = "button";
    remove.className = "card-delete";
    remove.append(icon("icon-close"));
    onPress(remove, () => this.#delete(run));
    remove.addEventListener("blur", () => this.#arm(null));
    item.append(open, remove);
    const card = { item, open, remove, bar, state, time };
    this.#cards.set(run, card);
    return card;
  }

  #renderCard(run) {
    const card = this.#cards.get(run);
    if (!card) return;
    const { item, open, remove, bar, state, time } = card;
    const when = timeOf(run.createdAt);
    const words = stateWords(run);
    item.dataset.state = run.state.error?.code === "elsewhere" ? "running" : run.state.kind;
    open.setAttribute("aria-current", String(run === this.runs.current));
    if (state.textContent !== words) state.textContent = words;
    time.textContent = when;
    remove.setAttribute("aria-label", t("shelf.delete", { when }));
    remove.title = t("shelf.delete", { when });
    const { loadedBytes, totalBytes, phase } = run.state;
    show(bar, run.running);
    if (phase === "uploading" && totalBytes > 0) bar.value = loadedBytes / totalBytes;
    else bar.removeAttribute("value");
  }

  /** What is not finished is not lost by one press. The keyboard goes on to the next one. */
  #delete(run) {
    if (isUnfinished(run) && this.#armed !== run) {
      this.#cards.get(run).remove.focus(); // which not every browser does on a click
      return this.#arm(run);
    }
    this.#armed = null;
    const place = this.runs.all.indexOf(run);
    this.runs.remove(run);
    const next = this.#cards.get(this.runs.all[Math.min(place, this.runs.all.length - 1)]);
    (next?.remove ?? byId("shelf")).focus();
  }

  #clear() {
    if (this.#armed !== "all") return this.#arm("all");
    for (const run of [...this.runs.all]) this.runs.remove(run);
    this.#arm(null);
    byId("shelf").focus();
  }

  #arm(armed) {
    this.#armed = armed;
    this.#renderSpace();
  }

  #renderSpace() {
    const { count, bytes, trouble } = this.history;
    const { length: all } = this.runs.all;
    show(byId("shelf-empty"), all === 0 && trouble !== "fleeting");
    show(byId("footer-kept"), trouble !== "fleeting");
    byId("shelf-space").textContent = count === 0 ? "" : t(bytes > 0 ? "shelf.space" : "shelf.count", { count, size: format.bytes(bytes) });
    const { createdAt } = this.#armed ?? {};
    const words = createdAt ? t("shelf.delete.sure", { when: timeOf(createdAt) }) : trouble === null ? "" : t(`shelf.${trouble}`);
    if (byId("shelf-trouble").textContent !== words) byId("shelf-trouble").textContent = words;
    show(byId("shelf-clear"), all > 0);
    byId("shelf-clear").textContent = this.#armed === "all" ? t("shelf.clear.sure", { count: all }) : t("shelf.clear");
  }
}

function stateWords({ state, phase }) {
  if (state.kind === "running") return t(`card.${phase}`);
  if (state.kind === "done") return format.seconds(state.video.durationSeconds);
  return t({ elsewhere: "card.processing", aborted: "card.stopped" }[state.error?.code] ?? "card.failed");
}

/** Making one takes longer than all else about a card. */
const forms = new Map();

function timeForm(isToday) {
  const key = `${currentLanguage()} ${isToday}`;
  const parts = isToday ? { timeStyle: "short" } : { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" };
  if (!forms.has(key)) forms.set(key, new Intl.DateTimeFormat(currentLanguage(), parts));
  return forms.get(key);
}

/** The time of a video of today, otherwise its day and time. */
function timeOf(createdAt) {
  return timeForm(new Date(createdAt).toDateString() === new Date().toDateString()).format(createdAt);
}

function icon(id) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${id}`);
  svg.append(use);
  return svg;
}
