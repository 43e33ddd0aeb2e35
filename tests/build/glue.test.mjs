// What is taken out of the generated glue has to be there, and nothing else may go with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { shortened, withoutUnused } from "../../npm/build/glue.mjs";

const GLUE = `function pass(arg, malloc, realloc) {
    if (realloc === undefined) {
        return malloc(arg);
    }

    return realloc(malloc(arg));
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

function finish() {
    cachedDataViewMemory0 = null;
}

let wasm;

async function __wbg_load(module, imports) {
}

export { initSync, __wbg_init as default };
`;

test("what the entries have ways of their own for is not shipped", () => {
  assert.equal(withoutUnused(GLUE), `function pass(arg, malloc, realloc) {

    return realloc(malloc(arg));
}


const getDataViewMemory0 = () => new DataView(wasm.memory.buffer);

const decodeText = (bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

function finish() {
}

let wasm;

export { __wbg_get_imports as imports, __wbg_finalize_init as begin, wasm };
`);
});

test("glue of another make is refused", () => {
  for (const part of ["realloc === undefined", "'encodeInto'", "async function __wbg_load", "function getDataViewMemory0", "function decodeText"]) {
    assert.throws(() => withoutUnused(GLUE.replace(part, "")), /glue lacks/, part);
  }
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
