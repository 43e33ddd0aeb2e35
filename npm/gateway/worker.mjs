// Runs a Worker in real workerd: bundled as wrangler does it, in Miniflare.
import { readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { ROOT } from "../setup/paths.mjs";

/**
 * Bundles a Worker that imports `kling-avatar`, and gives the modules that workerd loads, the program first. The package is
 * the one of `dist/`, or with `installed` the one that the Worker's own project has.
 */
export async function bundleWorker(file, { installed = false } = {}) {
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: [file],
    outdir: ROOT,
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    logLevel: "error",
    plugins: installed ? [] : [{ name: "kling-avatar", setup: resolveOurselves }],
  });
  const type = (path) => (path.endsWith(".wasm") ? "CompiledWasm" : "ESModule");
  const modules = outputFiles.map(({ path, contents }) => ({ type: type(path), path: relative(ROOT, path), contents }));
  return modules.sort((a, b) => b.type.localeCompare(a.type));
}

/** As if the package were installed. */
function resolveOurselves(build) {
  const { name, exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  build.onResolve({ filter: new RegExp(`^${name}(/|$)`) }, ({ path }) => {
    const target = exports[`.${path.slice(name.length)}`];
    return { path: join(ROOT, target.workerd ?? target.default) };
  });
}

/** Starts workers in one workerd. The first one answers at the resolved `url`. */
export async function startWorkers(workers, { port = 0, host = "127.0.0.1", ...options } = {}) {
  const { Miniflare, Log, LogLevel } = await import("miniflare");
  const miniflare = new Miniflare({
    host,
    port,
    log: new Log(LogLevel.ERROR),
    cf: false,
    ...options,
    workers: workers.map((worker) => ({ compatibilityDate: "2026-01-01", ...worker })),
  });
  const url = await miniflare.ready;
  return { url: url.origin, miniflare, close: () => miniflare.dispose() };
}

/** The Worker of an example in `examples/`, with its Durable Object. */
export async function exampleWorker(folder, bindings) {
  const file = join(ROOT, "examples", folder, "index.js");
  return { name: basename(dirname(file)), modules: await bundleWorker(file), bindings, durableObjects: { LEDGER: "AvatarLedger" } };
}
