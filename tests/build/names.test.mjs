// A module and its glue have to agree on the short names.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withShortNames } from "../../npm/build/names.mjs";

const NAMES = { imports: [["./k_bg.js", "__wbg_now_12", "$"], ["./k_bg.js", "__wbg_now_1", "b"]], exports: [["memory", "c"], ["validate", "d"]] };
const GLUE = `
function validate(a) { return wasm.validate(a); }
const imports = {
    "./k_bg.js": {
        __wbg_now_1: function() {},
        __wbg_now_12: function() {},
    },
};
const memory = () => wasm.memory;
`;

test("each name in the glue becomes the module's, and nothing else", () => {
  assert.equal(withShortNames(GLUE, NAMES), `
function validate(a) { return wasm.d(a); }
const imports = {
    "a": {
        b: function() {},
        $: function() {},
    },
};
const memory = () => wasm.c;
`);
});

test("glue that does not fit the module is refused", () => {
  assert.throws(() => withShortNames(GLUE.replace("__wbg_now_12", "__wbg_later"), NAMES), /lacks the imports __wbg_now_12 /);
  assert.throws(() => withShortNames(GLUE.replace("wasm.memory", "wasm.table"), NAMES), /export table/);
  assert.throws(() => withShortNames(GLUE.replace("./k_bg.js", "wbg"), NAMES), /module \.\/k_bg\.js/);
});
