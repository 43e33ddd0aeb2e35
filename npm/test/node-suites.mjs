// The suites that Node runs: one for each folder of tests/ that holds *.test.mjs files. Those in *.slow.mjs files, which
// install other runtimes and bundlers, are run only when all are asked for.
import { ROOT } from "../setup/paths.mjs";
import { run } from "../setup/process.mjs";
import { filesIn } from "../setup/stamp.mjs";
import { chromedriverPath, chromiumPath } from "../setup/system.mjs";
import { nodeTotals, verdict } from "./totals.mjs";

const LIMIT_MS = 15 * 60_000;
const FILE_LIMIT_MS = 10 * 60_000;
const FILES_AT_A_TIME = 2;

/** The suites in order of name, each `{ name, files }`. */
export function nodeSuites({ slow = false } = {}) {
  const folders = new Map();
  const wanted = slow ? /\.(test|slow)\.mjs$/ : /\.test\.mjs$/;
  for (const file of filesIn("tests").filter((path) => wanted.test(path) && !path.includes("/node_modules/"))) {
    const parts = file.split("/");
    const folder = parts.length > 2 ? parts[1] : "";
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return [...folders].map(([folder, files]) => ({ name: folder ? `node:${folder}` : "node", files }));
}

export async function runNodeSuite({ files }) {
  const args = ["--test", "--test-reporter=spec", `--test-concurrency=${FILES_AT_A_TIME}`, `--test-timeout=${FILE_LIMIT_MS}`];
  const env = { ...process.env, CHROMIUM_PATH: chromiumPath(), CHROMEDRIVER: chromedriverPath() };
  const { code, output } = await run(process.execPath, [...args, ...files], { cwd: ROOT, env, stream: true, timeoutMs: LIMIT_MS });
  return verdict(nodeTotals(output), code);
}
