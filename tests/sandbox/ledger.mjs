/** US dollars per second of video, as at the price lists seen in 2026. */
export const PRICES = { std: 0.05, pro: 0.1 };

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

/** @param {import("./clock.mjs").Clock} clock */
export function createLedger(clock) {
  /** @type {Charge[]} */
  const creates = [];
  /** @type {any[]} */
  const refusals = [];
  /** @type {any[]} */
  const speeches = [];
  /** @type {any[]} */
  const callbacks = [];
  /** @type {any[]} */
  const faults = [];
  /** @type {Map<string, Record<string, number>>} by key hash */
  const requests = new Map();
  const at = () => new Date(clock.now()).toISOString();

  return {
    creates, refusals, speeches, callbacks, faults,

    /** @param {string} kind @param {string} key */
    countRequest(kind, key) {
      const counts = requests.get(key) ?? {};
      counts[kind] = (counts[kind] ?? 0) + 1;
      requests.set(key, counts);
    },
    /** @param {Omit<Charge, "at" | "costUsd">} charge */
    charge(charge) {
      const entry = { at: at(), ...charge, costUsd: cost(charge.mode, charge.seconds) };
      creates.push(entry);
      return entry;
    },
    /** Sets the length that the video really has. @param {Charge} charge @param {number} seconds */
    settle(charge, seconds) {
      charge.seconds = seconds;
      charge.costUsd = cost(charge.mode, seconds);
    },
    /** @param {object} entry */
    refuse: (entry) => void refusals.push({ at: at(), ...entry }),
    /** @param {object} entry */
    speak: (entry) => void speeches.push({ at: at(), ...entry }),
    /** @param {object} entry */
    callBack: (entry) => void callbacks.push({ at: at(), ...entry }),
    /** @param {object} entry */
    fault: (entry) => void faults.push({ at: at(), ...entry }),

    /** @param {Of} [of] only what this key hash did */
    read(of = {}) {
      const mine = (/** @type {{ key?: string }[]} */ list) => (of.key ? list.filter((entry) => entry.key === of.key) : list);
      return {
        creates: mine(creates), refusals: mine(refusals), speeches: mine(speeches),
        callbacks: mine(callbacks), faults: mine(faults),
        requests: sumCounts(of.key ? [requests.get(of.key) ?? {}] : [...requests.values()]),
        totals: totals(/** @type {Charge[]} */ (mine(creates))),
      };
    },
    reset() {
      for (const list of [creates, refusals, speeches, callbacks, faults]) list.length = 0;
      requests.clear();
    },
  };
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
