// Debian packages, where the machine has apt and one is root.
import { existsSync, readdirSync } from "node:fs";
import { run, which } from "./process.mjs";
import { Stop, likelyCause, say } from "./report.mjs";

const ENV = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
const OPTIONS = ["-q", "-y", "-o", "Acquire::Retries=2", "-o", "DPkg::Lock::Timeout=120"];

/** Why apt cannot be used here, or undefined when it can. */
export function aptObstacle() {
  if (!existsSync("/etc/debian_version") || which("apt-get") === undefined) return "this is not a Debian system";
  if (process.getuid?.() !== 0) return "installing them needs root";
  return undefined;
}

/** Installs the packages, or stops with one line that names them. */
export async function aptInstall(packages) {
  say(`Installing ${packages.join(" ")}`);
  const args = [...OPTIONS, "install", "--no-install-recommends", ...packages];
  let result = hasLists() ? await run("apt-get", args, { env: ENV }) : undefined;
  if (result?.code !== 0) {
    const update = await run("apt-get", [...OPTIONS, "update"], { env: ENV });
    if (update.code === 0) result = await run("apt-get", args, { env: ENV });
    else result ??= update;
  }
  if (result.code === 0) return;
  const reason = likelyCause(result.output) ?? firstError(result.output);
  throw new Stop(`apt-get install ${packages.join(" ")} failed: ${reason}.`);
}

function hasLists() {
  try {
    return readdirSync("/var/lib/apt/lists").some((name) => name.includes("_Packages"));
  } catch {
    return false;
  }
}

function firstError(output) {
  return /^E: (.*?)\.?$/m.exec(output)?.[1] ?? "it gave no reason";
}
