// `npm run bench [-- --only Node,Chromium --rounds 15 --out build/bench --small]`: how fast a body is made in each engine beside
// what is written by hand, how long a page is held up, how much memory it takes, and what starting costs. Prints tables, and
// writes them as bench.json and as bench.html, a page with plots. `--small` takes small files, to see that all of it works.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ensureTools } from "./setup/tools.mjs";
import { build } from "./build/package.mjs";
import { encodingModule } from "./bench/encoding.mjs";
import { page } from "./bench/page.mjs";
import { node } from "./bench/places/node.mjs";
import { chromium, firefox, webkit } from "./bench/places/pages.mjs";
import { workerd } from "./bench/places/workerd.mjs";
import { tables } from "./bench/tables.mjs";
import { targets } from "./bench/targets.mjs";
import { largestImage, largestSound, smallImage, smallSound } from "./gateway/bench/media.mjs";
import { BUILD, ROOT } from "./setup/paths.mjs";
import { exitOnSignals } from "./setup/process.mjs";
import { Stop, command, say } from "./setup/report.mjs";
import { FOR_ALL_TESTS, ensureSystem } from "./setup/system.mjs";

const PLACES = { Node: node, workerd, Chromium: chromium, Firefox: firefox, WebKit: webkit };
const PROBES = "probes";

exitOnSignals();
await command(async () => {
  const { only, rounds, out, small } = options();
  const names = [...Object.keys(PLACES), PROBES];
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Stop(`--only ${unknown} is none of ${names.join(", ")}.`);
  const wanted = names.filter((name) => only.length === 0 || only.includes(name));
  await build();
  if (wanted.some((name) => !["Node", "workerd"].includes(name))) await ensureSystem(FOR_ALL_TESTS);
  if (wanted.includes("Firefox")) await ensureTools(join(ROOT, "tests", "conformance"));
  const [image, sound] = small ? [smallImage(), smallSound()] : [largestImage(), largestSound()];
  const encodingWasm = await encodingModule();
  const config = {
    entry: "/dist/browser.js",
    rounds,
    tasks: small ? 2 : 10,
    blockRuns: rounds,
    memoryRuns: small ? 1 : 3,
    memoryParts: small ? [1] : [1, 0.5, 0.1],
    outputBytes: image.length + sound.length,
  };
  const results = { machine: machine(), rounds, imageBytes: image.length, soundBytes: sound.length, places: {} };
  for (const name of wanted.filter((each) => each !== PROBES)) {
    say(`Measuring in ${name}`);
    results.places[name] = await PLACES[name]({ image, sound, encodingWasm, config });
  }
  if (wanted.includes(PROBES)) {
    say("Measuring the checks of files");
    const { probes } = await import("./bench/probes.mjs");
    results.probes = await probes();
  }
  results.targets = targets(results);
  write(out, results);
});

function write(out, results) {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "bench.json"), `${JSON.stringify(results, null, 1)}\n`);
  const all = tables(results);
  writeFileSync(join(out, "bench.html"), page(results, all));
  for (const { title, rows } of all) {
    process.stdout.write(`\n${title}\n`);
    console.table(Object.fromEntries(rows.map(({ name, ...row }) => [name, row])));
  }
  say(`Written to ${join(out, "bench.json")} and bench.html`);
}

function machine() {
  const load = readLoad();
  return { processor: cpus()[0]?.model.trim(), cores: cpus().length, memoryGb: Math.round(totalmem() / 2 ** 30), node: process.version, load };
}

/** How busy the machine is before anything is measured. */
function readLoad() {
  try {
    return readFileSync("/proc/loadavg", "utf8").split(" ")[0];
  } catch {
    return "unknown";
  }
}

function options() {
  const known = { only: { type: "string" }, rounds: { type: "string" }, out: { type: "string" }, small: { type: "boolean" } };
  const { values } = parseArgs({ options: known });
  const rounds = Number(values.rounds ?? 15);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Stop("--rounds must be a whole number of at least 1.");
  return { only: values.only?.split(",") ?? [], rounds, out: resolve(values.out ?? join(BUILD, "bench")), small: values.small === true };
}
