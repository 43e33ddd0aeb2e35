import { createSandboxApi } from "./api.mjs";
import * as checks from "./checks.mjs";
import { manualClock } from "./clock.mjs";
import { base64, png, wav } from "./fixtures.mjs";
import { CREATE_PATH, SPEECH_PATH } from "./routes.mjs";

export const ORIGIN = "http://sandbox.test";
export const KEY = "sk-test-key-1";
export const IMAGE = base64(png(320, 400));
export const SOUND = base64(wav(3));

/**
 * The API without sockets, ffmpeg or waiting.
 * @param {Partial<import("./api.mjs").ApiConfig>} [config]
 */
export function inProcess(config = {}) {
  const clock = manualClock();
  const { options, ...rest } = config;
  const api = createSandboxApi({
    checks, clock, seed: 7,
    makeVideo: async () => ({ bytes: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]), durationSeconds: 3 }),
    speech: async ({ text }) => ({ bytes: new Uint8Array([9, 9]), type: "audio/mpeg", extension: "mp3", seconds: text.length / 10 }),
    fetch: async () => { throw new Error("no network in this test"); },
    ...rest, options: { taskSeconds: 30, ...options },
  });
  const request = (/** @type {string} */ path, /** @type {RequestInit} */ init = {}, key = KEY) =>
    api.fetch(new Request(ORIGIN + path, { ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } }));
  const post = (/** @type {string} */ path, /** @type {unknown} */ body, key = KEY) =>
    request(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } }, key);
  return {
    api, clock, request, post,
    /** @param {Record<string, unknown>} [fields] @param {string} [key] */
    create: (fields, key) => post(CREATE_PATH, { image: IMAGE, sound_file: SOUND, prompt: "Speaks", ...fields }, key),
    /** @param {string} id @param {string} [key] */
    read: (id, key) => request(`${CREATE_PATH}/${id}`, {}, key),
    /** @param {Record<string, unknown>} [fields] @param {string} [key] */
    speak: (fields, key) => post(SPEECH_PATH, { text: "Good morning, dear listeners", voice_id: "genshin_vindi2", voice_language: "en", ...fields }, key),
    /** @param {unknown} faults */
    arm: (faults) => post("/_sandbox/faults", faults),
    /** @param {string} [search] */
    ledger: async (search = "") => (await request(`/_sandbox/ledger${search}`)).json(),
  };
}

/** Creates a task that must be accepted. @param {ReturnType<typeof inProcess>} sandbox @param {Record<string, unknown>} [fields] @param {string} [key] */
export async function created(sandbox, fields, key) {
  const response = await sandbox.create(fields, key);
  const answer = await response.json();
  if (response.status !== 200) throw new Error(`not created: ${response.status} ${JSON.stringify(answer)}`);
  return answer.data;
}
