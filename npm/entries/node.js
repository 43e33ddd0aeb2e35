import { EventEmitter, getMaxListeners, setMaxListeners } from "node:events";
import { readFile } from "node:fs/promises";
import { configuration } from "./error.js";
import { glue } from "./glue-server.js";
import { provide } from "./module.js";

provide(glue, read, share);

/** A bundle in CommonJS has no `import.meta.url`, and a `__dirname` in its place. */
async function read() {
  try {
    if (import.meta.url) return await readFile(new URL("./kling_avatar_server_bg.wasm", import.meta.url));
    return await readFile(`${__dirname}/${glue.file}`);
  } catch (cause) {
    if (cause?.code === "ENOENT") throw cause;
    throw configuration(`${glue.file} could not be read: ${cause?.message}`, cause);
  }
}

/** Node 20 warns of a leak where more than ten calls share a signal. Whoever has set another number means it. */
function share(signal) {
  try {
    if (getMaxListeners(signal) === EventEmitter.defaultMaxListeners) setMaxListeners(0, signal);
  } catch {
    // Where there is no limit, Node 20 has no answer to the question either.
  }
}

export * from "./index.js";
