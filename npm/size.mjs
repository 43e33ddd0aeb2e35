// `npm run size`: raw, gzip and brotli bytes of what is downloaded, against the budget in size-budget.json.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "./build/package.mjs";
import { DIST, ROOT } from "./setup/paths.mjs";
import { command } from "./setup/report.mjs";

const FILE_OF_OURS = /(?:\bfrom|\bimport|\bURL\()\s*"\.\/([\w.-]+)"/g;

/** The sizes of each file of the budget, together with all files that it names. */
export function sizes() {
  const budget = JSON.parse(readFileSync(join(ROOT, "npm", "size-budget.json"), "utf8"));
  return Object.entries(budget).map(([name, limit]) => {
    const contents = downloads(name);
    const sum = (measure) => contents.reduce((total, bytes) => total + measure(bytes), 0);
    const raw = sum((bytes) => bytes.length);
    return { name, raw, gzip: sum((bytes) => gzipSync(bytes, { level: 9 }).length), brotli: sum((bytes) => brotliCompressSync(bytes).length), limit };
  });
}

function downloads(entry) {
  const files = new Map();
  for (const open = [entry]; open.length > 0; ) {
    const name = open.pop();
    if (files.has(name)) continue;
    const bytes = readFileSync(join(DIST, name));
    files.set(name, bytes);
    if (name.endsWith(".js")) for (const [, next] of bytes.toString().matchAll(FILE_OF_OURS)) open.push(next);
  }
  return [...files.values()];
}

if (process.argv[1] === import.meta.filename) {
  await command(async () => {
    await build();
    const rows = sizes();
    console.table(Object.fromEntries(rows.map(({ name, ...row }) => [name, row])));
    if (rows.some(({ brotli, limit }) => brotli > limit)) process.exitCode = 1;
  });
}
