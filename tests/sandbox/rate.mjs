import { Refusal } from "./answers.mjs";

/** Requests per second and key. @param {import("./clock.mjs").Clock} clock @param {import("./options.mjs").Options} options */
export function createRateLimit(clock, options) {
  /** @type {Map<string, number[]>} */
  const recent = new Map();
  return {
    /** @param {string} key */
    check(key) {
      if (!options.requestsPerSecond) return;
      const since = clock.now() - 1000;
      const times = (recent.get(key) ?? []).filter((time) => time > since);
      recent.set(key, times);
      if (times.length >= options.requestsPerSecond) {
        /** @type {Record<string, string>} */
        const headers = options.retryAfterSeconds < 0 ? {} : { "retry-after": String(options.retryAfterSeconds) };
        throw new Refusal(429, 1302, "Too many requests", { headers });
      }
      times.push(clock.now());
    },
    reset: () => recent.clear(),
  };
}
