// What of wasm-bindgen's glue is not shipped.
import { Stop } from "../setup/report.mjs";

/** The ways to start a module. There is one of our own (npm/entries/module.js), which takes what the entries give. */
const LOADERS = /^async function __wbg_load\(.*/ms;

/** For platforms without `encodeInto`, none of which knows SIMD. */
const OLD_ENCODERS = /^if \(!\('encodeInto' in cachedTextEncoder\)\) \{.*?^\}\n/ms;

/** For modules that cannot make memory larger in its place. */
const WITHOUT_REALLOC = /^ {4}if \(realloc === undefined\) \{.*?^ {4}\}\n/ms;

/** What the entries start the module with, and what tests see of it. */
const EXPORTS = "export { __wbg_get_imports as imports, __wbg_finalize_init as begin, wasm };\n";

export function withoutUnused(glue) {
  for (const unused of [LOADERS, OLD_ENCODERS, WITHOUT_REALLOC]) {
    if (!unused.test(glue)) throw new Stop(`wasm-bindgen's glue lacks ${unused}, which would be taken out of it.`);
    glue = glue.replace(unused, "");
  }
  return glue + EXPORTS;
}
