// Makes the generated and the written files small.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../setup/paths.mjs";
import { must } from "../setup/process.mjs";
import { Stop, say } from "../setup/report.mjs";
import { shortened, withoutUnused } from "./glue.mjs";
import { withShortNames } from "./names.mjs";
import { likeBesideLike } from "./order.mjs";
import { onlyUsed } from "./unused.mjs";

/** Larger functions that are called once stay functions of their own: one that holds many others compresses less well. */
const FEW_INLINED = "--one-caller-inline-max-function-size=60";

/** Passes after which a module has fewer bytes, but more of them once it is compressed (0.4 KB, brotli). */
const NOT_SMALLER = ["simplify-locals", "local-cse", "code-pushing"].map((pass) => `--skip-pass=${pass}`);

/** What loads and stores say of the alignment of their addresses. Engines do not use it; left out it saves 0.2 KB (brotli). */
const WITHOUT_ALIGNMENT = "--dealign";

/**
 * -Oz gives the smallest download of all levels (measured with Brotli; -O3 is as fast at encoding Base64, and repeating
 * the passes until nothing changes gains less than a tenth of a percent).
 */
export async function optimizeWasm(from, to, ...more) {
  say("Optimizing the WebAssembly module");
  const passes = ["-Oz", FEW_INLINED, ...NOT_SMALLER, WITHOUT_ALIGNMENT, "--strip-debug", "--strip-producers", "--strip-target-features", ...more];
  const wasmOpt = join(ROOT, "node_modules", "binaryen", "bin", "wasm-opt");
  return (await must("wasm-opt", process.execPath, [wasmOpt, ...passes, from, "-o", to])).stdout;
}

/** Makes a module and its glue, `<name>_bg.wasm` and `<name>.js`, small. */
export async function shrinkModule(name, fromFolder, toFolder) {
  const wasm = `${name}_bg.wasm`;
  const path = join(toFolder, wasm);
  const glue = withoutUnused(readFileSync(join(fromFolder, `${name}.js`), "utf8"));
  writeFileSync(path, await onlyUsed(readFileSync(join(fromFolder, wasm)), glue));
  const names = await optimizeWasm(path, path, "--minify-imports-and-exports-and-modules", "--no-stack-ir");
  writeFileSync(path, await likeBesideLike(readFileSync(path)));
  await minifyJs(shortened(withShortNames(glue, JSON.parse(names))), join(toFolder, `${name}.js`));
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

/** Puts an entry and the files of ours that it names into one, except one that other entries share with it. */
export async function joinJs(path, shared) {
  const { build } = await import("esbuild");
  const options = { bundle: true, format: "esm", target: "es2022", minify: true, legalComments: "none", logLevel: "silent" };
  const plugins = [await namedOnce(path, shared)];
  await build({ ...options, entryPoints: [path], outfile: path, allowOverwrite: true, plugins });
}

/** Has a file that stays outside imported once, whichever files name it. */
async function namedOnce(path, shared) {
  const names = Object.keys(await import(pathToFileURL(join(dirname(path), shared))));
  const contents = `export { ${names} } from "${shared}";`;
  return {
    name: "named once",
    setup(build) {
      const namespace = "shared";
      const filter = new RegExp(`^${shared.replaceAll(".", "\\.")}$`);
      build.onResolve({ filter }, (given) => (given.namespace === namespace ? { path: shared, external: true } : { path: shared, namespace }));
      build.onLoad({ filter, namespace }, () => ({ contents }));
    },
  };
}
