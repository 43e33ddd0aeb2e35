// `npm run licences`: lists the crates that are compiled into the module, with their licences, in THIRD-PARTY-LICENSES.md.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./setup/paths.mjs";
import { must } from "./setup/process.mjs";
import { command } from "./setup/report.mjs";

export const FILE = join(ROOT, "THIRD-PARTY-LICENSES.md");

/** The file's text, made from what cargo resolves and from the crates' own licence files. */
export async function licences() {
  const args = ["metadata", "--format-version", "1", "--locked", "--filter-platform", "wasm32-unknown-unknown", "--features", "npm-server"];
  const { stdout } = await must("Reading the crate's dependencies", "cargo", args, { cwd: ROOT });
  const crates = compiledIn(JSON.parse(stdout)).sort((a, b) => a.name.localeCompare(b.name));
  const rows = crates.map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`);
  const texts = new Map();
  for (const crate of crates) {
    const text = licenceText(crate);
    texts.set(text, [...(texts.get(text) ?? []), crate.name]);
  }
  const sections = [...texts].map(([text, names]) => `## ${names.join(", ")}\n\n\`\`\`text\n${text}\n\`\`\``);
  const intro = "What `kling_avatar_bg.wasm`, `kling_avatar_server_bg.wasm` and their glue contain besides this package's own code. Made by `npm run licences`.";
  return ["# Third-party licences", intro, ["| crate | version | licence |", "|---|---|---|", ...rows].join("\n"), ...sections, ""].join("\n\n").trimEnd() + "\n";
}

/** The crates that end up in the module: no tests', and none that only run in the compiler. */
function compiledIn({ packages, resolve }) {
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const byId = new Map(packages.map((each) => [each.id, each]));
  const isMacro = (id) => byId.get(id).targets.some(({ kind }) => kind.includes("proc-macro"));
  const found = new Set();
  const visit = (id) => {
    if (found.has(id) || isMacro(id)) return;
    found.add(id);
    for (const { pkg, dep_kinds } of nodes.get(id).deps) if (dep_kinds.some(({ kind }) => kind === null)) visit(pkg);
  };
  visit(resolve.root);
  found.delete(resolve.root);
  return [...found].map((id) => byId.get(id));
}

/** The MIT text where there is a choice; where the crate brings none, what its manifest says. */
function licenceText({ manifest_path, license, authors }) {
  const folder = dirname(manifest_path);
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying)/i.test(name)).sort();
  const name = names.find((each) => /mit/i.test(each)) ?? names[0];
  if (name !== undefined && existsSync(join(folder, name))) return readFileSync(join(folder, name), "utf8").replaceAll("\r", "").trim();
  return `${license}${authors.length > 0 ? `, ${authors.join(", ")}` : ""}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await command(async () => writeFileSync(FILE, await licences()));
}
