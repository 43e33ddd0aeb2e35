import { isLoopback } from "./media.mjs";

const REORDER_PATIENCE_MS = 5000;
const DEFAULT_LATE_MS = 2000;

/**
 * @typedef {object} Delivery
 * @property {string} url
 * @property {string} key
 * @property {Record<string, any>} payload what a read would give as `data`
 *
 * @param {object} parts
 * @param {import("./clock.mjs").Clock} parts.clock
 * @param {import("./options.mjs").Options} parts.options
 * @param {ReturnType<typeof import("./faults.mjs").createFaults>} parts.faults
 * @param {ReturnType<typeof import("./ledger.mjs").createLedger>} parts.ledger
 * @param {typeof globalThis.fetch} parts.fetch
 */
export function createCallbacks({ clock, options, faults, ledger, fetch }) {
  /** @type {Map<string, () => Promise<void>>} by task: deliveries held back until the next one is out */
  const held = new Map();

  const deliver = (/** @type {Delivery} */ delivery, /** @type {string} */ fault = "") => post(delivery, fault || undefined, { options, ledger, fetch });

  /** @param {string} taskId */
  async function release(taskId) {
    const send = held.get(taskId);
    held.delete(taskId);
    await send?.();
  }

  /** @param {Delivery} delivery @param {import("./faults.mjs").Fault} fault */
  async function misdeliver(delivery, { action, ms = DEFAULT_LATE_MS, count = 2 }) {
    const taskId = delivery.payload.task_id;
    if (action === "lose") return ledger.note("callbacks", { key: delivery.key, taskId, taskStatus: delivery.payload.task_status, url: delivery.url, fault: action });
    if (action === "late") return void clock.setTimeout(() => void deliver(delivery, action), ms);
    if (action === "repeat") {
      for (let sent = 0; sent < count; sent++) await deliver(delivery, action);
      return;
    }
    held.set(taskId, () => deliver(delivery, action));
    clock.setTimeout(() => void release(taskId), ms === DEFAULT_LATE_MS ? REORDER_PATIENCE_MS : ms);
  }

  return {
    /** Tells the caller of a change of status, as faults allow. @param {Delivery} delivery */
    async notify(delivery) {
      const { final: fault } = faults.plan("callback", delivery.key);
      if (fault) return misdeliver(delivery, fault);
      await deliver(delivery);
      await release(delivery.payload.task_id);
    },
    reset: () => held.clear(),
  };
}

/**
 * @param {Delivery} delivery @param {string | undefined} fault
 * @param {Pick<Parameters<typeof createCallbacks>[0], "options" | "ledger" | "fetch">} parts
 */
async function post({ url, key, payload }, fault, { options, ledger, fetch }) {
  const entry = { key, taskId: payload.task_id, taskStatus: payload.task_status, url, fault };
  if (!options.allowRemote && !isLoopback(url)) return ledger.note("callbacks", { ...entry, error: "not a loopback address" });
  try {
    const response = await fetch(url, {
      method: "POST", body: JSON.stringify(payload), redirect: "manual",
      headers: { "content-type": "application/json" }, signal: AbortSignal.timeout(10_000),
    });
    await response.body?.cancel();
    ledger.note("callbacks", { ...entry, status: response.status });
  } catch (error) {
    ledger.note("callbacks", { ...entry, error: error instanceof Error ? error.message : String(error) });
  }
}
