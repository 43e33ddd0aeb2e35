// What nothing uses goes out of a module, and what its code and its data name stays where it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { onlyUsed } from "../../npm/build/unused.mjs";

const TOLD = ["wasm_bindgen[1f]::convert::closures::_::invoke::<f64, ()>", "<js_sys[2e]::futures::Task>::wake", "__wbindgen_skip_interpret_calls"];
const MODULE = `(module
  (import "env" "cast" (func $cast))
  (table $0 8 8 funcref)
  (elem $0 (i32.const 1) $one $"${TOLD[0]}" $cast $four $five $"${TOLD[1]}" $"${TOLD[2]}")
  (func $one (result i32) (i32.const 1))
  (func $four (result i32) (i32.const 4))
  (func $five (result i32) (i32.const 5))
  ${TOLD.map((name) => `(func $"${name}")`).join("\n")}
  (export "table" (table $0)) (export "used" (func $one)) (export "left" (func $four)))`;

test("functions of the table that only told something go, the others keep their places", async () => {
  const module = binaryen.parseText(MODULE);
  binaryen.setDebugInfo(true);
  const given = module.emitBinary();
  binaryen.setDebugInfo(false);
  const used = new WebAssembly.Module(await onlyUsed(given, "wasm.table; wasm.used();"));
  const { table, ...rest } = new WebAssembly.Instance(used, { env: { cast() {} } }).exports;
  assert.deepEqual(Object.keys(rest), ["used"]);
  assert.deepEqual([1, 2, 3, 4, 5, 6, 7].map((at) => table.get(at)?.()), [1, undefined, undefined, 4, 5, undefined, undefined]);
});
