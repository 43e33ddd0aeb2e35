// What every runtime starts from: a project with the packed package installed, the suite and the samples in it, and a
// sandbox. The sandbox is shared, so that its video is made once.
import { cp, copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../npm/setup/paths.mjs";
import { ensureTools } from "../../npm/setup/tools.mjs";
import { installTarball } from "../package/tarball.mjs";
import { startSandbox } from "../sandbox/server.mjs";
import { files } from "./runtimes/programs.mjs";

export async function startStand() {
  const sandbox = await startSandbox({ options: { taskSeconds: 0.3 } });
  const { project, folder, remove } = await installTarball();
  await cp(join(import.meta.dirname, "suite"), join(project, "suite"), { recursive: true });
  for (const name of ["portrait.jpg", "voice.mp3"]) await copyFile(join(ROOT, "www/samples", name), join(project, name));
  for (const [name, text] of Object.entries(files)) await writeFile(join(project, name), text);
  await writeFile(join(project, "where.json"), JSON.stringify({ sandboxUrl: sandbox.url }));
  const { exports } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  return {
    project,
    sandboxUrl: sandbox.url,
    browserEntry: `/node_modules/kling-avatar/${exports["."].browser.slice(2)}`,
    read: (name) => readFile(join(project, name), "utf8"),
    async close() {
      await sandbox.close();
      await remove();
    },
  };
}

/** Installs the runtimes that come from npm. */
export function installRuntimes() {
  return ensureTools(import.meta.dirname);
}
