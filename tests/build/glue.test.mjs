// What is taken out of the generated glue has to be there, and nothing else may go with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutUnused } from "../../npm/build/glue.mjs";

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

let wasm;

async function __wbg_load(module, imports) {
}

export { initSync, __wbg_init as default };
`;

test("what the entries have ways of their own for is not shipped", () => {
  assert.equal(withoutUnused(GLUE), `function pass(arg, malloc, realloc) {

    return realloc(malloc(arg));
}


let wasm;

export { __wbg_get_imports as imports, __wbg_finalize_init as begin, wasm };
`);
});

test("glue of another make is refused", () => {
  for (const part of ["realloc === undefined", "'encodeInto'", "async function __wbg_load"]) {
    assert.throws(() => withoutUnused(GLUE.replace(part, "")), /glue lacks/, part);
  }
});
