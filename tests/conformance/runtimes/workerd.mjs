// workerd, bundled as Workers are.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleWorker, startWorkers } from "../../../npm/gateway/worker.mjs";

const WORKER = `
import * as kit from "kling-avatar";
import { runSuite } from "./suite/run.js";
export default { async fetch(request, { sandboxUrl, image, sound }) {
  return Response.json(await runSuite(kit, { sandboxUrl, image: new Uint8Array(image), sound: new Uint8Array(sound) }));
} };
`;

export async function workerd({ project, sandboxUrl }) {
  const [file, image, sound] = ["worker.mjs", "portrait.jpg", "voice.mp3"].map((name) => join(project, name));
  await writeFile(file, WORKER);
  const running = await startWorkers([{
    name: "conformance",
    modules: await bundleWorker(file, { installed: true }),
    bindings: { sandboxUrl },
    dataBlobBindings: { image: await readFile(image), sound: await readFile(sound) },
  }]);
  try {
    const response = await fetch(running.url);
    if (!response.ok) throw new Error(`the worker answered ${response.status}: ${(await response.text()).slice(0, 1000)}`);
    return { "": await response.json() };
  } finally {
    await running.close();
  }
}
