// Makes the generated and the written files small.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../setup/paths.mjs";
import { must } from "../setup/process.mjs";
import { Stop, say } from "../setup/report.mjs";
import { withShortNames } from "./names.mjs";
import { likeBesideLike } from "./order.mjs";

/** Larger functions that are called once stay functions of their own: one that holds many others compresses less well. */
const FEW_INLINED = "--one-caller-inline-max-function-size=60";

/**
 * -Oz gives the smallest download of all levels (measured with Brotli; -O3 is as fast at encoding Base64, and repeating
 * the passes until nothing changes gains less than a tenth of a percent).
 */
export async function optimizeWasm(from, to, ...more) {
  say("Optimizing the WebAssembly module");
  const passes = ["-Oz", FEW_INLINED, "--strip-debug", "--strip-producers", "--strip-target-features", ...more];
  const wasmOpt = join(ROOT, "node_modules", "binaryen", "bin", "wasm-opt");
  return (await must("wasm-opt", process.execPath, [wasmOpt, ...passes, from, "-o", to])).stdout;
}

/** Makes a module and its glue, `<name>_bg.wasm` and `<name>.js`, small. */
export async function shrinkModule(name, fromFolder, toFolder) {
  const wasm = `${name}_bg.wasm`;
  const path = join(toFolder, wasm);
  const names = await optimizeWasm(join(fromFolder, wasm), path, "--minify-imports-and-exports-and-modules", "--no-stack-ir");
  writeFileSync(path, await likeBesideLike(readFileSync(path)));
  const glue = withShortNames(readFileSync(join(fromFolder, `${name}.js`), "utf8"), JSON.parse(names));
  await minifyJs(glue, join(toFolder, `${name}.js`));
}

/** The expressions by which bundlers find the modules; they have to survive. */
const WASM_URL = /new URL\(\s*"\.\/kling_avatar(_server)?_bg\.wasm"\s*,\s*import\.meta\.url\s*\)/g;

/** Minifies a script. The names inside are kept where people see them, in stacks and consoles; it costs next to nothing. */
export async function minifyJs(source, to, { keepNames = false } = {}) {
  const { transform } = await import("esbuild");
  const options = { minifyWhitespace: true, minifySyntax: true, minifyIdentifiers: !keepNames, legalComments: "none" };
  const { code } = await transform(source, { format: "esm", target: "es2022", ...options });
  const count = (text) => text.match(WASM_URL)?.length ?? 0;
  if (count(code) !== count(source)) throw new Stop(`${to}: minifying lost the new URL(…, import.meta.url) of the module.`);
  writeFileSync(to, code);
}
