// workerd, through miniflare, bundled as Workers are.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";

const WORKER = `
import * as kit from "kling-avatar";
import { runSuite } from "./suite/run.js";
export default { async fetch(request, { sandboxUrl, image, sound }) {
  return Response.json(await runSuite(kit, { sandboxUrl, image: new Uint8Array(image), sound: new Uint8Array(sound) }));
} };
`;

export async function workerd({ project, sandboxUrl }) {
  await writeFile(join(project, "worker.mjs"), WORKER);
  const outdir = join(project, "worker-out");
  const { outputFiles } = await build({
    entryPoints: [join(project, "worker.mjs")],
    outdir,
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    logLevel: "silent",
  });
  const type = (path) => (path.endsWith(".wasm") ? "CompiledWasm" : "ESModule");
  const worker = new Miniflare({
    compatibilityDate: "2026-04-01",
    modulesRoot: outdir,
    modules: outputFiles.map(({ path, contents }) => ({ path, contents, type: type(path) })).sort((a, b) => b.type.localeCompare(a.type)),
    bindings: { sandboxUrl },
    dataBlobBindings: { image: await readFile(join(project, "portrait.jpg")), sound: await readFile(join(project, "voice.mp3")) },
  });
  try {
    const response = await worker.dispatchFetch("http://localhost/");
    if (!response.ok) throw new Error(`the worker answered ${response.status}: ${(await response.text()).slice(0, 1000)}`);
    return { "": await response.json() };
  } finally {
    await worker.dispose();
  }
}
