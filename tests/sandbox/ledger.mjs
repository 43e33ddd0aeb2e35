/** US dollars per second of video, as at the price lists seen in 2026. */
const PRICES = { std: 0.05, pro: 0.1 };

/**
 * @typedef {{ bytes: number, sha256: string } | { url: string } | { audioId: string }} Received
 * @typedef {object} Charge one created task
 * @property {string} at ISO time
 * @property {string} key short hash, never the key
 * @property {string} taskId
 * @property {string} [externalTaskId]
 * @property {"std" | "pro"} mode
 * @property {number} seconds of the voice; decoded once the video is made
 * @property {number} costUsd
 * @property {Received} image
 * @property {Received} sound
 * @property {Record<string, unknown>} fields everything else of the request
 * @property {string} status
 *
 * @typedef {{ key?: string }} Of
 */

class Ledger {
  /** @type {Charge[]} */
  creates = [];
  /** @type {any[]} */
  refusals = [];
  /** @type {any[]} */
  speeches = [];
  /** @type {any[]} */
  callbacks = [];
  /** @type {any[]} */
  faults = [];
  /** @type {Map<string, Record<string, number>>} by key hash */
  #requests = new Map();
  #clock;

  /** @param {import("./clock.mjs").Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /** @param {string} kind @param {string} key */
  countRequest(kind, key) {
    const counts = this.#requests.get(key) ?? {};
    counts[kind] = (counts[kind] ?? 0) + 1;
    this.#requests.set(key, counts);
  }

  /** @param {Omit<Charge, "at" | "costUsd">} charge @returns {Charge} */
  charge(charge) {
    const entry = { ...this.#stamped(charge), costUsd: cost(charge.mode, charge.seconds) };
    this.creates.push(entry);
    return entry;
  }

  /** Sets the length that the video really has. @param {Charge} charge @param {number} seconds */
  settle(charge, seconds) {
    charge.seconds = seconds;
    charge.costUsd = cost(charge.mode, seconds);
  }

  /** Notes one event. @param {"refusals" | "speeches" | "callbacks" | "faults"} list @param {object} entry */
  note(list, entry) {
    this[list].push(this.#stamped(entry));
  }

  /** @param {Of} [of] only what this key hash did */
  read(of = {}) {
    const mine = (/** @type {{ key?: string }[]} */ list) => (of.key ? list.filter((entry) => entry.key === of.key) : list);
    const { creates, refusals, speeches, callbacks, faults } = this;
    return {
      creates: mine(creates), refusals: mine(refusals), speeches: mine(speeches),
      callbacks: mine(callbacks), faults: mine(faults),
      requests: sumCounts(of.key ? [this.#requests.get(of.key) ?? {}] : [...this.#requests.values()]),
      totals: totals(/** @type {Charge[]} */ (mine(creates))),
    };
  }

  reset() {
    for (const list of [this.creates, this.refusals, this.speeches, this.callbacks, this.faults]) list.length = 0;
    this.#requests.clear();
  }

  /** @template {object} T @param {T} entry */
  #stamped(entry) {
    return { at: new Date(this.#clock.now()).toISOString(), ...entry };
  }
}

/** @param {import("./clock.mjs").Clock} clock */
export function createLedger(clock) {
  return new Ledger(clock);
}

/** @param {"std" | "pro"} mode @param {number} seconds */
function cost(mode, seconds) {
  return Math.round(seconds * PRICES[mode] * 1e6) / 1e6;
}

/** @param {Charge[]} charges */
function totals(charges) {
  const sum = (/** @type {"seconds" | "costUsd"} */ field) => Math.round(charges.reduce((total, charge) => total + charge[field], 0) * 1e6) / 1e6;
  return { tasks: charges.length, seconds: sum("seconds"), costUsd: sum("costUsd") };
}

/** @param {Record<string, number>[]} all */
function sumCounts(all) {
  /** @type {Record<string, number>} */
  const sums = {};
  for (const counts of all) for (const [kind, count] of Object.entries(counts)) sums[kind] = (sums[kind] ?? 0) + count;
  return sums;
}
