// What one run does, worked out from its seed alone.
import { seededRandom } from "../sandbox/random.mjs";

/** @typedef {import("../sandbox/random.mjs").Random} Random */

/** The services that runs meet: what they offer differs as it may in reality. @param {string} seed @param {number} count */
export function services(seed, count) {
  return Array.from({ length: count }, (_, at) => {
    const random = seededRandom(`${seed}/service/${at}`);
    const chance = (probability) => random.next() < probability;
    return {
      findByPath: chance(0.6),
      findByQuery: pick(random, [true, false, "list", "ignored"]),
      list: chance(0.7),
      unknownPath: pick(random, ["html", "redirect", "comet", "kling"]),
      uniqueExternalIds: chance(0.5),
      envelope: pick(random, ["kling", "comet", "wrapped"]),
      ttsShape: pick(random, ["sync", "submitted"]),
      concurrency: pick(random, [1, 3, 1000]),
      retryAfterSeconds: pick(random, [-1, 0, 0.02]),
      taskSeconds: [0.05, 0.4],
    };
  });
}

const SCENARIOS = ["generate", "generate", "generate", "createThenWait", "abort", "timeout", "repeat", "reload", "many", "speech", "crashThenFind", "watch", "download"];

/** @param {string} seed @param {number} index @param {object} service */
export function planOf(seed, index, service) {
  const random = seededRandom(`${seed}/run/${index}`);
  const scenario = pick(random, SCENARIOS);
  const faults = Array.from({ length: Math.floor(random.next() * 9) }, () => fault(random, service));
  return {
    scenario,
    faults,
    key: `sk-chaos-${seededRandom(`${seed}/key/${index}`).digits(24)}`,
    own: random.next() < 0.3 ? `own-${random.digits(12)}` : undefined,
    prompt: pick(random, ["She speaks", "She speaks", "She speaks", "[fail: no face]", "[unsafe] she speaks"]),
    breakAfterMs: Math.floor(random.next() ** 2 * 600),
    watched: random.next() < 0.5,
    maxAttempts: pick(random, [1, 2, 4, 4]),
  };
}

/** @param {Random} random @param {any[]} list */
export function pick(random, list) {
  return list[Math.floor(random.next() * list.length)];
}

const STEPS = ["create", "create", "create", "read", "read", "find", "list", "speech", "speechRead", "file", "any"];

/** Refusals that prove that nothing was made never come after something was: that would be a lie and no fault. */
function fault(random, service) {
  const on = pick(random, STEPS);
  const times = pick(random, [1, 1, 2, 3, 8]);
  const common = { on, times, after: Math.floor(random.next() ** 2 * 4), probability: pick(random, [1, 0.5]) };
  const when = pick(random, ["before", "after"]);
  const retryAfter = pick(random, [{}, {}, { "retry-after": "0.05" }, { "retry-after": new Date(Date.now() + 1000).toUTCString() }, { "retry-after": "3600" }]);
  const kinds = [
    () => ({ action: "drop", when: pick(random, ["before", "during", "after"]), reset: random.next() < 0.5, bytes: Math.floor(random.next() * 60_000) }),
    () => ({ action: "drop", when: pick(random, ["before", "during", "after"]), reset: random.next() < 0.5, bytes: Math.floor(random.next() * 60_000) }),
    () => ({ action: "status", when, ...pick(random, [{ status: 500, code: 5000 }, { status: 503, code: 5001 }, { status: 504, code: 5002 }, { status: 502, body: "" }, { status: 524, body: "<html>" }]), headers: retryAfter }),
    () => ({ action: "status", ...pick(random, [{ status: 429, code: 1302 }, { status: 429, code: 1303 }, { status: 429, body: "" }]), headers: retryAfter }),
    () => ({ action: "status", ...pick(random, [{ status: 401, code: 1000 }, { status: 429, code: 1101 }, { status: 400, code: 1301 }, { status: 403, body: "" }, { status: 400, code: 1201 }, { status: 429, code: 1304 }, { status: 500, body: { error: { message: "no (request id: 1)", code: "invalid_request" } } }]) }),
    () => ({ action: "status", when, status: 200, body: pick(random, ["", "{", "[]", "null", { code: 0 }, { code: 0, data: {} }, { code: 5000, message: "inside a 200" }, { code: 0, data: { task_status: "succeed" } }]) }),
    () => ({ action: "truncate", bytes: pick(random, [undefined, 0, 40]) }),
    () => ({ action: "html", when, status: pick(random, [200, 502, 404]) }),
    () => ({ action: "garbage", when, bytes: pick(random, [1000, 1000, 6_000_000]) }),
    () => ({ action: "redirect", when, status: pick(random, [301, 302, 303, 307, 308]), location: "/elsewhere" }),
    // Where ids are not unique, nobody can tell a create that is still on its way from one that never came.
    () => ({ action: "delay", when: service.uniqueExternalIds || on !== "create" ? when : "after", ms: Math.floor(random.next() * 400) }),
  ];
  return { ...common, ...pick(random, kinds)() };
}
