// Runs a Worker in real workerd: bundled as wrangler does it, in Miniflare.
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DIST, ROOT } from "../setup/paths.mjs";

const WASM = "kling_avatar_server_bg.wasm";

/** Bundles a Worker that imports `kling-avatar`, and gives the modules that workerd loads. */
export async function bundleWorker(file) {
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: [file],
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    conditions: ["workerd", "worker", "browser"],
    logLevel: "error",
    plugins: [{ name: "kling-avatar", setup: resolveOurselves }],
  });
  return [
    { type: "ESModule", path: `${basename(file, ".js")}.mjs`, contents: outputFiles[0].text },
    { type: "CompiledWasm", path: WASM, contents: readFileSync(join(DIST, WASM)) },
  ];
}

/** As if the package were installed. The module stays beside the bundle: in workerd a `.wasm` import is a module. */
function resolveOurselves(build) {
  const { name, exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  build.onResolve({ filter: new RegExp(`^${name}(/|$)`) }, ({ path }) => {
    const target = exports[`.${path.slice(name.length)}`];
    return { path: join(ROOT, target.workerd ?? target.default) };
  });
  build.onResolve({ filter: /\.wasm$/ }, () => ({ path: `./${WASM}`, external: true }));
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
