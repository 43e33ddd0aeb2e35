// Packs the package as it would be published, and installs it in an empty project.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../../npm/setup/paths.mjs";

const execute = promisify(execFile);
const QUIET = ["--no-audit", "--no-fund", "--no-update-notifier"];

/** Packs the package into a folder; resolves with the tarball's path. */
export async function pack(folder) {
  await execute("npm", ["pack", "--pack-destination", folder, "--silent"], { cwd: ROOT });
  return join(folder, (await readdir(folder)).find((name) => name.endsWith(".tgz")));
}

/** Resolves with `{ project, folder, files, remove }`: `folder` is the installed package, `files` what is in it. */
export async function installTarball() {
  const project = await mkdtemp(join(tmpdir(), "kling-avatar-package-"));
  const tarball = await pack(project);
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  await execute("npm", ["install", tarball, "--offline", ...QUIET], { cwd: project });
  const folder = join(project, "node_modules", "kling-avatar");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const remove = () => rm(project, { recursive: true, force: true });
  return { project, folder, files, remove };
}

/** Adds a file to the project and runs it with Node; resolves with what it printed. */
export async function runInNode(project, name, source) {
  await mkdir(project, { recursive: true });
  await writeFile(join(project, name), source);
  const { stdout } = await execute(process.execPath, [name], { cwd: project });
  return stdout;
}
