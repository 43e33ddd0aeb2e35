import { after } from "node:test";
import { AvatarClient } from "../../dist/node.js";
import { png, wav } from "../sandbox/fixtures.mjs";
import { startSandbox } from "../sandbox/server.mjs";

export const KEY = "sk-client-test-1";
export const IMAGE = png(300, 300, 20_000);
export const VOICE = wav(2.5);
export const input = (more = {}) => ({ image: IMAGE, soundFile: VOICE, prompt: "She speaks", ...more });

const VIDEO = new Uint8Array(300_000).fill(7);

/** A sandbox whose tasks take next to no time. */
export async function quickSandbox(options = {}, more = {}) {
  const sandbox = await startSandbox({
    options: { taskSeconds: 0.05, concurrency: 1000, ...options },
    makeVideo: async () => ({ bytes: VIDEO, durationSeconds: 2.5 }),
    ...more,
  });
  after(() => sandbox.close());
  return sandbox;
}

export function clientOf(sandbox, more = {}) {
  return new AvatarClient({
    apiKey: KEY,
    baseUrl: sandbox.url,
    retry: { minDelayMs: 5, maxDelayMs: 50 },
    poll: { minIntervalMs: 5, maxIntervalMs: 30, timeoutMs: 20_000 },
    ...more,
  });
}

/** Resolves once `condition` holds. */
export async function until(condition) {
  const limit = AbortSignal.timeout(60_000);
  while (!(await condition())) {
    if (limit.aborted) throw new Error(`it never came true: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What a call rejects with. */
export async function failure(promise) {
  const value = await promise.then((value) => ({ value }), (error) => ({ error }));
  if (!value.error) throw new Error(`it did not fail but gave ${JSON.stringify(value.value)}`);
  return value.error;
}
