import { EventEmitter, getMaxListeners, setMaxListeners } from "node:events";
import { readFile } from "node:fs/promises";
import { glue } from "./glue-server.js";
import { provide } from "./module.js";

provide(glue, () => readFile(new URL("./kling_avatar_server_bg.wasm", import.meta.url)), share);

/** Node 20 warns of a leak where more than ten calls share a signal. Whoever has set another number means it. */
function share(signal) {
  try {
    if (getMaxListeners(signal) === EventEmitter.defaultMaxListeners) setMaxListeners(0, signal);
  } catch {
    // Where there is no limit, Node 20 has no answer to the question either.
  }
}

export * from "./index.js";
