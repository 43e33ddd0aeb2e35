import init, { WasmClient, validate } from "./kling_avatar.js";
import { AvatarError } from "./error.js";

let source;
let loading;

/** Says where the module comes from: a function that gives a `WebAssembly.Module`, its bytes or a `Response`. */
export function provide(next) {
  source = next;
}

/** Starts the module, once. A start that failed is tried again by the next call. */
export function load() {
  loading ??= start().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function start() {
  let given;
  try {
    given = await source();
  } catch (cause) {
    if (cause instanceof AvatarError) throw cause;
    throw failure("network", "kling_avatar_bg.wasm could not be loaded; the network may be down.", cause);
  }
  if (given?.ok === false) {
    throw failure("configuration", `kling_avatar_bg.wasm is not at ${given.url} (HTTP ${given.status}).`);
  }
  try {
    await init({ module_or_path: given });
  } catch (cause) {
    throw failure("configuration", `kling_avatar_bg.wasm could not be started: ${cause?.message ?? cause}`, cause);
  }
  return { WasmClient, validate };
}

function failure(code, message, cause) {
  return new AvatarError({ code, retryable: code === "network", message, cause });
}
