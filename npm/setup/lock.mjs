// Lets one process at a time do something.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./report.mjs";

const RETRY_MS = 200;
/** Nothing here takes this long; a lock that is older was left behind. */
const MAX_AGE_MS = 30 * 60_000;

/** Does `work` while holding the lock `file`, after whoever holds it now. */
export async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let tries = 0; !take(file); tries += 1) {
    if (tries === 5) say("Waiting for another build of the same folder");
    await sleep(RETRY_MS);
  }
  const release = () => rmSync(file, { force: true });
  process.on("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    if (!isHeld(file)) rmSync(file, { force: true });
    return false;
  }
}

/** Whether the process that took the lock still runs, as far as one can tell. */
function isHeld(file) {
  try {
    if (Date.now() - statSync(file).mtimeMs > MAX_AGE_MS) return false;
    const pid = Number(readFileSync(file, "utf8"));
    // An empty file is a lock that is being taken at this moment.
    return pid === 0 || process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}
