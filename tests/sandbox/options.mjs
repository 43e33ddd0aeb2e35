/**
 * @typedef {object} Limits
 * @property {number} imageBytes
 * @property {number} soundBytes
 * @property {number} minSidePx
 * @property {number} maxRatio width to height or height to width
 * @property {number} minSeconds
 * @property {number} maxSeconds
 * @property {number} promptCharacters Unicode code points
 * @property {number} textCharacters
 *
 * @typedef {object} Options
 * @property {boolean} findByPath an external_task_id may stand where a task_id stands
 * @property {boolean | "list" | "ignored"} findByQuery `?external_task_id=`: one task, a list of it, or the whole list
 * @property {boolean} list
 * @property {boolean} uniqueExternalIds
 * @property {"kling" | "comet" | "wrapped"} envelope
 * @property {"html" | "redirect" | "comet" | "kling"} unknownPath what a path or lookup that is not passed on answers
 * @property {"sync" | "submitted"} ttsShape
 * @property {number} concurrency tasks in parallel per key
 * @property {number} requestsPerSecond per key; 0 is without limit
 * @property {number} retryAfterSeconds told with a 1302; negative leaves the header out
 * @property {number} speed divides every duration of the service's own
 * @property {number | [number, number]} taskSeconds how long a task takes at speed 1
 * @property {boolean} held tasks stay "processing" until this is false again
 * @property {number} uploadBytesPerSecond how fast request bodies are read; 0 is at once
 * @property {number} downloadBytesPerSecond how fast files are sent
 * @property {boolean} cors
 * @property {boolean} allowRemote callbacks and media beyond loopback
 * @property {number} maxBodyBytes
 * @property {number} toleranceSeconds by how much the encoder's own padding may exceed maxSeconds
 * @property {Limits} limits
 */

/** @returns {Options} */
export function defaultOptions() {
  return {
    findByPath: true,
    findByQuery: true,
    list: true,
    uniqueExternalIds: true,
    envelope: "kling",
    unknownPath: "html",
    ttsShape: "sync",
    concurrency: 5,
    requestsPerSecond: 0,
    retryAfterSeconds: 1,
    speed: 1,
    taskSeconds: [20, 40],
    held: false,
    uploadBytesPerSecond: 0,
    downloadBytesPerSecond: 0,
    cors: true,
    allowRemote: false,
    maxBodyBytes: 64 * 1024 * 1024,
    toleranceSeconds: 0.1,
    limits: {
      imageBytes: 10_485_760,
      soundBytes: 5_242_880,
      minSidePx: 300,
      maxRatio: 2.5,
      minSeconds: 2,
      maxSeconds: 60,
      promptCharacters: 2500,
      textCharacters: 1000,
    },
  };
}

const isBoolean = (/** @type {unknown} */ value) => typeof value === "boolean";
const oneOf = (/** @type {unknown[]} */ ...values) => (/** @type {unknown} */ value) => values.includes(value);
const isNumber = (/** @type {number} */ min) => (/** @type {unknown} */ value) => typeof value === "number" && value >= min && Number.isFinite(value);

/** @type {Record<string, (value: any) => boolean>} */
const RULES = {
  findByPath: isBoolean,
  findByQuery: oneOf(true, false, "list", "ignored"),
  list: isBoolean,
  uniqueExternalIds: isBoolean,
  envelope: oneOf("kling", "comet", "wrapped"),
  unknownPath: oneOf("html", "redirect", "comet", "kling"),
  ttsShape: oneOf("sync", "submitted"),
  concurrency: isNumber(0),
  requestsPerSecond: isNumber(0),
  retryAfterSeconds: isNumber(-1),
  speed: (value) => isNumber(0)(value) && value > 0,
  taskSeconds: (value) => isNumber(0)(value) || (Array.isArray(value) && value.length === 2 && value.every(isNumber(0)) && value[0] <= value[1]),
  held: isBoolean,
  uploadBytesPerSecond: isNumber(0),
  downloadBytesPerSecond: isNumber(0),
  cors: isBoolean,
  allowRemote: isBoolean,
  maxBodyBytes: isNumber(1),
  toleranceSeconds: isNumber(0),
};

/**
 * Sets what `changes` names, or throws a TypeError and sets nothing.
 * @param {Options} options @param {Record<string, unknown>} changes
 */
export function changeOptions(options, changes) {
  const { limits = {}, ...rest } = changes;
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined) continue;
    if (!RULES[name]) throw new TypeError(`no option is called ${name}; there are ${Object.keys(RULES).join(", ")}, limits`);
    if (!RULES[name](value)) throw new TypeError(`the option ${name} cannot be ${JSON.stringify(value)}`);
  }
  for (const [name, value] of Object.entries(/** @type {object} */ (limits))) {
    if (!(name in options.limits) || !isNumber(0)(value)) throw new TypeError(`the limit ${name} cannot be ${JSON.stringify(value)}`);
  }
  Object.assign(options, Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)));
  Object.assign(options.limits, limits);
}
