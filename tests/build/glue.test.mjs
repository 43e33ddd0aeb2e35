// What is taken out of the generated glue has to be there, and nothing else may go with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { shortened, withoutUnused } from "../../npm/build/glue.mjs";

const GLUE = `        __proto__: null,
function passStringToWasm0(arg, malloc, realloc) {
    let len = arg.length;
}

if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = () => {
    };
}

let cachedDataViewMemory0 = null;
function getDataViewMemory0() {
    return cachedDataViewMemory0;
}

let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
let numBytesDecoded = 0;
function decodeText(bytes) {
    return cachedTextDecoder.decode(bytes);
}

let wasmModule, wasmInstance, wasm;
function __wbg_finalize_init(instance, module) {
    wasmInstance = instance;
    wasm = instance.exports;
    wasmModule = module;
    cachedDataViewMemory0 = null;
}

async function __wbg_load(module, imports) {
}

export { initSync, __wbg_init as default };
`;

const PASS_STRING = /^function passStringToWasm0.*?^\}\n/ms;

test("what the entries have ways of their own for is not shipped, and what is said at length is said in short", () => {
  assert.equal(withoutUnused(GLUE).replace(PASS_STRING, ""), `

const getDataViewMemory0 = () => new DataView(wasm.memory.buffer);

const decodeText = (bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

let wasm;
function __wbg_finalize_init(instance, module) {
    wasm = instance.exports;
}

export { __wbg_get_imports as imports, __wbg_finalize_init as begin, wasm };
`);
});

const PARTS = ["__proto__", "passStringToWasm0", "'encodeInto'", "function getDataViewMemory0", "function decodeText", "let wasmModule"];

test("glue of another make is refused", () => {
  for (const part of [...PARTS, "wasmInstance = i", "wasmModule = m", "async function __wbg_load"]) {
    assert.throws(() => withoutUnused(GLUE.replace(part, "")), /glue lacks/, part);
  }
});

test("text is passed whatever it is, in memory of its own length", () => {
  const bytes = new Uint8Array(64);
  const freed = [];
  const realloc = (at, from, to) => freed.push([from, to]) && at;
  const pass = new Function("cachedTextEncoder", "getUint8ArrayMemory0", `let WASM_VECTOR_LEN;${withoutUnused(GLUE).match(PASS_STRING)[0]}
    return (...given) => [passStringToWasm0(...given), WASM_VECTOR_LEN];`)(new TextEncoder(), () => bytes);
  for (const text of ["", "a", "é", "a€", "\u{1f600}"]) {
    const [at, length] = pass(text, () => 8, realloc);
    assert.equal(new TextDecoder().decode(bytes.subarray(at, at + length)), text);
  }
  assert.deepEqual(freed, [[3, 1], [3, 2], [6, 4], [6, 4]]);
});

const CATCHING = `
        a: function() { return handleError(function (arg0, arg1) {
            const ret = Reflect.get(getObject(arg0), getObject(arg1));
            return addHeapObject(ret);
        }, arguments); },
        b: function(arg0) {
            const ret = !getObject(arg0);
            return ret;
        },

function handleError(f, args) {
    try {
        return f.apply(this, args);
    } catch (e) {
        wasm.c(addHeapObject(e));
    }
}
`;

test("functions of the glue are arrows, and those that catch are wrapped once", () => {
  assert.equal(shortened(CATCHING), `
        a: handleError((arg0, arg1) => {
            return addHeapObject(Reflect.get(getObject(arg0), getObject(arg1)));
        }),
        b: (arg0) => {
            const ret = !getObject(arg0);
            return ret;
        },

const handleError = (f) => (...args) => {
    try {
        return f(...args);
    } catch (e) {
        wasm.c(addHeapObject(e));
    }
};
`);
});

test("a function that is no arrow is refused", () => {
  assert.throws(() => shortened(CATCHING.replace("}, arguments); },", "}, arguments); } ,")), /no arrows/);
});
