import { decide } from "./kling_avatar_server.js";
import { load } from "./module.js";

/** How far the clocks of two machines may lie apart, in milliseconds. */
const CLOCKS_APART_MS = 300;

/**
 * The Durable Object class: one object for each entry of the ledger. It changes its entry one event at a time, so that
 * of two creates with one id, wherever they run, one goes first.
 */
export class AvatarLedger {
  #storage;
  #woken = 0;
  #waiting = new Set();
  #turn = Promise.resolve();

  constructor(state) {
    this.#storage = state.storage;
  }

  async fetch(request) {
    const url = new URL(request.url);
    if (url.pathname === "/wait") return this.#wait(Number(url.searchParams.get("ms")), Number(url.searchParams.get("since")));
    await load();
    const event = await request.text();
    const done = this.#turn.then(() => this.#apply(event));
    this.#turn = done.catch(() => {});
    return done;
  }

  async #apply(event) {
    const known = await this.#storage.get("entry");
    const decision = decide(known?.entry, event, Date.now());
    if (decision === undefined) return new Response(null, { status: 400 });
    const { entry, expiresAtMs, answer } = decision;
    if (entry !== known?.entry) await (entry === undefined ? this.#storage.deleteAll() : this.#keep(entry, expiresAtMs, known === undefined));
    if (JSON.parse(answer).do === "wake") this.#wake();
    return new Response(answer, { headers: { "content-type": "application/json" } });
  }

  /** Writes both at once, so that they are stored together. Once there is an entry, an alarm is set. */
  async #keep(entry, expiresAtMs, isNew) {
    const kept = this.#storage.put("entry", { entry, expiresAtMs });
    await Promise.all(isNew ? [kept, this.#storage.setAlarm(expiresAtMs)] : [kept]);
  }

  /** Forgets what nobody needs any more. */
  async alarm() {
    const known = await this.#storage.get("entry");
    if (known !== undefined && known.expiresAtMs > Date.now()) return this.#storage.setAlarm(known.expiresAtMs);
    return this.#storage.deleteAll();
  }

  async #wait(ms, sinceMs) {
    if (this.#woken + CLOCKS_APART_MS < sinceMs || this.#woken === 0) {
      let wake;
      const woken = new Promise((resolve) => (wake = resolve));
      const timer = setTimeout(wake, Math.min(ms, 30_000));
      this.#waiting.add(wake);
      await woken;
      this.#waiting.delete(wake);
      clearTimeout(timer);
    }
    return new Response(null, { status: 204 });
  }

  #wake() {
    this.#woken = Date.now();
    for (const wake of this.#waiting) wake();
  }
}
