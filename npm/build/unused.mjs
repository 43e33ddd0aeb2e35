// What wasm-bindgen leaves in a module that nothing uses any more.

/**
 * Functions of which a module's table tells only wasm-bindgen's command: how a closure is called, which the glue does by an
 * export, for every method of js-sys that takes one; and tasks of js-sys, in place of which there are some of our own
 * (`src/web/promise.rs`). With them goes whatever they alone call. None of them can stand for a function of ours that LLVM
 * found to be the same, as they throw where a closure is gone.
 */
const ONLY_TOLD = /^wasm_bindgen\b.*::closures::_::invoke\b|^<?js_sys\b.*::futures::|^__wbindgen_skip_interpret_calls$/;

/**
 * Takes out of a module that has the names of its functions still what its glue does not name, and what only told
 * wasm-bindgen's command something. Saves 0.6 KB of what a page downloads.
 */
export async function onlyUsed(module, glue) {
  const { default: binaryen } = await import("binaryen");
  const wasm = binaryen.readBinary(module);
  const used = new Set(Array.from(glue.matchAll(/\bwasm\.(\w+)/g), ([, name]) => name));
  for (const { name } of exportsOf(binaryen, wasm)) if (!used.has(name)) wasm.removeExport(name);
  shortenTable(binaryen, wasm);
  return wasm.emitBinary();
}

function exportsOf(binaryen, wasm) {
  return Array.from({ length: wasm.getNumExports() }, (_, index) => binaryen.getExportInfo(wasm.getExportByIndex(index)));
}

/** The others keep their places, which the code and the data name. */
function shortenTable(binaryen, wasm) {
  const { table, name, offset, data } = binaryen.getElementSegmentInfo(wasm.getElementSegmentByIndex(0));
  const first = binaryen.getExpressionInfo(offset).value;
  wasm.removeElementSegment(name);
  const isDead = (each) => ONLY_TOLD.test(each) || binaryen.getFunctionInfo(wasm.getFunction(each)).module;
  for (let at = 0; at < data.length; ) {
    let end = at;
    while (end < data.length && !isDead(data[end])) end++;
    if (end > at) wasm.addActiveElementSegment(table, `${name}${at}`, data.slice(at, end), wasm.i32.const(first + at));
    at = end + 1;
  }
}
