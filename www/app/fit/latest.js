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
