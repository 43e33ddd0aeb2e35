import { AvatarError } from "./error.js";

let glue;
let source;
let loading;
let started;
/** Has the platform bear many calls that listen to one signal. */
export let share;

/**
 * Says which module is meant and where it comes from: a function that gives a `WebAssembly.Module`, its bytes or a `Response`;
 * and what the platform wants to be told of a signal.
 */
export function provide(itsGlue, next, itsShare) {
  glue = itsGlue;
  source = next;
  share = itsShare;
}

/** Starts the module, once. A start that failed is tried again by the next call. */
export function load() {
  // Each caller has a promise of its own: in workerd a request that waits for another one's is lost when that one ends.
  if (started !== undefined) return Promise.resolve(started);
  loading ??= start().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** Starts a module that is compiled already, at once. */
export function startNow(itsGlue, module) {
  itsGlue.begin(new WebAssembly.Instance(module, itsGlue.imports()));
  started = itsGlue;
}

async function start() {
  let given;
  try {
    given = await source();
  } catch (cause) {
    if (cause instanceof AvatarError) throw cause;
    if (cause?.code === "ENOENT") throw leftBehind(cause.path, cause);
    // No address can be made without `import.meta.url`.
    if (/URL/.test(cause)) throw failure("configuration", 'A script that is no module has to import from "kling-avatar/inline".', cause);
    throw unloaded("the network may be down, or a Content-Security-Policy forbids it (connect-src)", cause);
  }
  if (given?.status >= 500) throw unloaded(`its host answers HTTP ${given.status}`);
  // Hosts of single-page apps answer with a page where there is no file.
  if (given?.ok === false || given?.headers?.get("content-type")?.startsWith("text/html")) {
    throw leftBehind(`${given.url} (HTTP ${given.status})`);
  }
  try {
    glue.begin(await instance(given));
  } catch (cause) {
    if (given instanceof Response && cause instanceof TypeError) throw unloaded("the connection was lost", cause);
    throw failure("configuration", `${glue.file} could not be started: ${cause?.message ?? cause}`, cause);
  }
  started = glue;
  return started;
}

/** Compiles a module while it arrives. One of another type than its own does not compile so, and is read first. */
async function instance(given) {
  const isResponse = given instanceof Response;
  const streams = isResponse && given.headers.get("content-type") === "application/wasm";
  const how = streams ? "instantiateStreaming" : "instantiate";
  const begun = await WebAssembly[how](isResponse && !streams ? await given.arrayBuffer() : given, glue.imports());
  return begun.instance ?? begun;
}

/** Some bundlers do not bring the module along. */
function leftBehind(where, cause) {
  const help =
    `Copy it beside your bundle: "cp node_modules/kling-avatar/dist/${glue.file} dist/" (with your output folder), ` +
    'or import from "kling-avatar/inline".';
  return failure("configuration", `${glue.file} is not at ${where}. ${help}`, cause);
}

function unloaded(why, cause) {
  return failure("network", `${glue.file} could not be loaded; ${why}.`, cause);
}

function failure(code, message, cause) {
  return new AvatarError({ code, retryable: code === "network", message, cause });
}
