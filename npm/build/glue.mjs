// What of wasm-bindgen's glue is shipped.
import { Stop } from "../setup/report.mjs";

/** The ways to start a module. There is one of our own (npm/entries/module.js), which takes what the entries give. */
const LOADERS = /^async function __wbg_load\(.*/ms;

/** For platforms without `encodeInto`, none of which knows SIMD. */
const OLD_ENCODERS = /^if \(!\('encodeInto' in cachedTextEncoder\)\) \{.*?^\}\n/ms;

/** Text for the module. Most of it is short, so memory for the longest encoding is given back and not asked for in two steps. */
const PASS_STRING = `function passStringToWasm0(arg, malloc, realloc) {
    const len = arg.length * 3;
    const ptr = malloc(len, 1) >>> 0;
    WASM_VECTOR_LEN = cachedTextEncoder.encodeInto(arg, getUint8ArrayMemory0().subarray(ptr, ptr + len)).written;
    return len > 0 ? realloc(ptr, len, WASM_VECTOR_LEN, 1) >>> 0 : ptr;
}
`;

/** A view and a decoder that are kept cost more bytes than making them costs time: 0.1 µs a text. */
const KEPT = [
  [/^let cachedDataViewMemory0 = null;\nfunction getDataViewMemory0\(\) \{.*?^\}\n/ms, "const getDataViewMemory0 = () => new DataView(wasm.memory.buffer);\n"],
  [/^ {4}cachedDataViewMemory0 = null;\n/m, ""],
  [
    /^let cachedTextDecoder = (new TextDecoder\([^)]*\));.*?^function decodeText\(bytes\) \{.*?^\}\n/ms,
    "const decodeText = (bytes) => $1.decode(bytes);\n",
  ],
];

/** What the glue says at length for what does not come to pass here, and what does in its place. */
const SHORTER = [
  ...KEPT,
  [/^function passStringToWasm0\(.*?^\}\n/ms, PASS_STRING],
  // Nobody asks for these.
  [/^ {4}wasmInstance = instance;\n/m, ""],
  [/^ {4}wasmModule = module;\n/m, ""],
  [/^let wasmModule, wasmInstance, wasm;\n/m, "let wasm;\n"],
  [/^ +__proto__: null,\n/gm, ""],
];

/** What the entries start the module with, and what tests see of it. */
const EXPORTS = "export { __wbg_get_imports as imports, __wbg_finalize_init as begin, wasm };\n";

export function withoutUnused(glue) {
  for (const unused of [LOADERS, OLD_ENCODERS]) {
    if (!unused.test(glue)) throw new Stop(`wasm-bindgen's glue lacks ${unused}, which would be taken out of it.`);
    glue = glue.replace(unused, "");
  }
  for (const [long, short] of SHORTER) {
    if (glue.search(long) < 0) throw new Stop(`wasm-bindgen's glue lacks ${long}, which would be made shorter.`);
    glue = glue.replace(long, short);
  }
  return glue + EXPORTS;
}

/**
 * Says the same in fewer bytes: functions as arrows, what a function gives without a name of its own, and what catches as one
 * function around another in place of a call in each.
 */
export function shortened(glue) {
  const short = glue
    .replace(/const ret = ([^;]*);\n\s+return (addHeapObject|takeObject)\(ret\);/g, "return $2($1);")
    .replace(/: function\(\) \{ return handleError\(function \(([^)]*)\) \{\n(.*?)\}, arguments\); \},/gs, ": handleError(($1) => {\n$2}),")
    .replace(/^function handleError\(f, args\) \{\n(.*?)^\}\n/ms, "const handleError = (f) => (...args) => {\n$1};\n")
    .replace("f.apply(this, args)", "f(...args)")
    .replace(/: function\(([^)]*)\) \{/g, ": ($1) => {");
  if (/\barguments\)|\bthis, args\b/.test(short)) throw new Stop("wasm-bindgen's glue has functions that are no arrows.");
  return short;
}
