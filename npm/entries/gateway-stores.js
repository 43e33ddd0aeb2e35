import { decide } from "./kling_avatar_server.js";
import { sleep } from "./gateway-time.js";

const MEMORY_ENTRIES = 100_000;
const LOOK_AGAIN_MS = 250;
const CONFLICTS = 50;

function decided(entry, event) {
  const decision = decide(entry, JSON.stringify(event), Date.now());
  if (decision === undefined) throw new TypeError("no event of the ledger");
  return { ...decision, answer: JSON.parse(decision.answer) };
}

/** Remembers in this process only: for development, and for a single process that may forget when it ends. */
export function memoryStore() {
  const entries = new Map();
  const woken = new Map();
  return {
    async apply(key, event) {
      const { entry, expiresAtMs, answer } = decided(fresh(entries, key), event);
      entries.delete(key);
      if (entry !== undefined) entries.set(key, { entry, expiresAtMs });
      if (answer.do === "wake") woken.set(key, Date.now());
      for (const map of [entries, woken]) if (map.size > MEMORY_ENTRIES) map.delete(map.keys().next().value);
      return answer;
    },
    async wait(key, ms, sinceMs) {
      const until = Date.now() + ms;
      while (Date.now() < until && !(woken.get(key) >= sinceMs)) await sleep(Math.min(LOOK_AGAIN_MS, until - Date.now()));
    },
  };
}

function fresh(entries, key) {
  const known = entries.get(key);
  return known && known.expiresAtMs > Date.now() ? known.entry : undefined;
}

/**
 * Remembers in a database that can compare and set. `read(key)` resolves with `{ value, version }` or with nothing;
 * `write(key, value, version, expiresAtMs)` stores, or removes where `value` is `undefined`, only if the entry still has that
 * version (`undefined`: there is none), and resolves with whether it did. A version never comes again, not even behind a removal.
 */
export function keyValueStore(database) {
  return {
    async apply(key, event) {
      for (let conflict = 0; conflict < CONFLICTS; conflict++) {
        const known = await database.read(key);
        const { entry, expiresAtMs, answer } = decided(known?.value, event);
        // Who only waits must not be in the way of who works.
        if (entry === known?.value || (await database.write(key, entry, known?.version, expiresAtMs))) return answer;
        await sleep(Math.random() * 20 * (conflict + 1));
      }
      throw new Error("the store is too busy");
    },
    async wait(key, ms) {
      const before = (await database.read(key))?.value;
      const until = Date.now() + ms;
      while (Date.now() < until && (await database.read(key))?.value === before) await sleep(Math.min(2 * LOOK_AGAIN_MS, until - Date.now()));
    },
  };
}

/** Remembers in the Durable Objects of class `AvatarLedger`, one for each entry. */
export function durableObjectStore(namespace) {
  // Without its binding it is no store, which the settings tell, and not the first create.
  if (typeof namespace?.idFromName !== "function") return {};
  const ask = (key, path, body) => namespace.get(namespace.idFromName(key)).fetch(`https://ledger/${path}`, { method: "POST", body });
  return {
    async apply(key, event) {
      const response = await ask(key, "apply", JSON.stringify(event));
      if (!response.ok) throw new Error(`the ledger answers ${response.status}`);
      return response.json();
    },
    async wait(key, ms, sinceMs) {
      await (await ask(key, `wait?ms=${ms}&since=${sinceMs}`)).text();
    },
  };
}
