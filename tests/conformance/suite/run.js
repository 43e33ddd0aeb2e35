// The conformance suite: what the public contract promises, checked through it alone, in whatever runtime this is
// imported. Nothing here is of one runtime: `kit` is the package, `where` says where the sandbox is and brings two files.
import { errors } from "./errors.js";
import { stand } from "./stand.js";
import { tasks } from "./tasks.js";
import { validation } from "./validation.js";
import { waiting } from "./waiting.js";

const LIMIT_MS = 30_000;

export const checks = { ...validation, ...tasks, ...waiting, ...errors };

/**
 * Runs every check and resolves with `[{ name, ok, ms, why }]`.
 * @param kit the namespace of the package
 * @param where `{ sandboxUrl, image, sound }`, the latter two as `Uint8Array`s of the samples
 */
export async function runSuite(kit, where) {
  const results = [];
  for (const name of Object.keys(checks)) {
    const startMs = Date.now();
    const why = await within(LIMIT_MS, async () => checks[name](stand(kit, where))).then(() => undefined, told);
    results.push({ name, ok: why === undefined, ms: Date.now() - startMs, why });
  }
  return results;
}

function within(limitMs, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limitMs} ms`)), limitMs);
  });
  return Promise.race([work(), late]).finally(() => clearTimeout(timer));
}

function told(error) {
  const { code, message = String(error), cause } = error ?? {};
  return [code, message, cause && String(cause)].filter(Boolean).join(": ").slice(0, 500);
}
