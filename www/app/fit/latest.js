import { find, t } from "../i18n.js";

/** Not every step of a drag is worth a file: the work waits for a short rest. */
const REST_MS = 200;

/** Does the same work again for what was asked last; what is under way for something older is stopped. */
export class Latest {
  #work;
  #timer;
  #turn = new AbortController();
  #done = Promise.resolve();

  /** `work(signal)`; `closed` ends all of it. */
  constructor(closed, work) {
    this.#work = work;
    closed.addEventListener("abort", () => this.#stop());
  }

  ask() {
    this.#stop();
    this.#timer = setTimeout(() => this.#start(), REST_MS);
  }

  /** Settles when what was asked last is done, which begins now if it has not begun. */
  async settled() {
    if (this.#timer !== undefined) this.#start();
    await this.#done;
  }

  #start() {
    this.#stop();
    this.#turn = new AbortController();
    this.#done = this.#work(this.#turn.signal);
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#turn.abort();
  }
}

/** Why a file cannot be opened. */
export function openingWords(error) {
  const { code, actual } = error.problems?.[0] ?? {};
  if (code !== "unsupported_format" || !actual) return t("fit.failed");
  return find(`fit.undecodable.${actual}`) ?? t("fit.undecodable", { format: actual });
}

/** The new file under the name of the old one. */
export function renamed(file, name) {
  const stem = name.replace(/\.[^.]*$/, "") || "photo";
  return new File([file], `${stem}.${file.name.split(".").pop()}`, { type: file.type });
}
