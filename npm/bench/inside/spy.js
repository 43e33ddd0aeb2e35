// Sees which memories WebAssembly makes, and what is called while a module is being imported. Imported before the package.
const memories = [];
const seen = [];
let isRecording = false;

for (const name of ["instantiate", "instantiateStreaming"]) {
  const original = WebAssembly[name];
  if (original === undefined) continue;
  WebAssembly[name] = async (...given) => {
    note(`WebAssembly.${name}`);
    const result = await original.apply(WebAssembly, given);
    keep(result.instance ?? result);
    return result;
  };
}

const { Instance } = WebAssembly;
WebAssembly.Instance = new Proxy(Instance, {
  construct(target, given) {
    note("new WebAssembly.Instance");
    return keep(Reflect.construct(target, given, target));
  },
});

for (const name of ["fetch", "setTimeout", "setInterval", "addEventListener", "requestAnimationFrame", "queueMicrotask", "atob"]) {
  const original = globalThis[name];
  if (typeof original !== "function") continue;
  globalThis[name] = function (...given) {
    note(name);
    return original.apply(this ?? globalThis, given);
  };
}

function note(name) {
  if (isRecording) seen.push(name);
}

function keep(instance) {
  memories.push(...Object.values(instance.exports).filter((each) => each instanceof WebAssembly.Memory));
  return instance;
}

/** The linear memory of all modules together, in bytes. It never shrinks, so that this is its peak. */
export function linearMemoryBytes() {
  return memories.reduce((total, { buffer }) => total + buffer.byteLength, 0);
}

/** Imports a module and tells how long it took and what it called. */
export async function imported(url) {
  isRecording = true;
  const start = performance.now();
  const kit = await import(url);
  const importMs = performance.now() - start;
  isRecording = false;
  return { kit, importMs, calls: [...new Set(seen)] };
}
