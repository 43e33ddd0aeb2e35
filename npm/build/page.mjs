// Puts the demo page together: bundled scripts and styles, the package's module, and the files that are used as they are.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { BUILD, DIST, ROOT } from "../setup/paths.mjs";
import { Stop } from "../setup/report.mjs";

const WWW = join(ROOT, "www");
/** Used as they are, under their own names. */
const PLAIN = ["favicon.svg", "samples", "styles/fit.css"];
/** How the package's entries name the modules that lie beside them. */
const MODULE_URL = /new URL\(\s*"\.\/([\w.-]+\.wasm)"\s*,\s*import\.meta\.url\s*\)/g;
const LICENCES = ["kling-avatar: MIT or Apache-2.0.", "mediabunny (Vanilagy and contributors): MPL-2.0, https://github.com/Vanilagy/mediabunny"];

/**
 * Builds the page into a folder, by default build/www, which may hold an earlier build of it.
 * @returns {Promise<{ folder: string, files: string[] }>}
 */
export async function buildPage(out = join(BUILD, "www")) {
  checkFolder(out);
  const next = `${resolve(out)}.next`;
  rmSync(next, { recursive: true, force: true });
  mkdirSync(join(next, "app"), { recursive: true });
  const scripts = await bundleScripts(next);
  const names = {
    style: await bundleStyles(next),
    boot: keep(next, "app", "boot.js", await minified(readFileSync(join(WWW, "app", "boot.js"), "utf8"))),
    ...scripts,
  };
  for (const name of PLAIN) cpSync(join(WWW, name), join(next, name), { recursive: true });
  writeFileSync(join(next, "index.html"), rewritten(readFileSync(join(WWW, "index.html"), "utf8"), names));
  // A host with something behind it writes the addresses of its sandbox or gateway here.
  writeFileSync(join(next, "config.json"), "{}\n");
  writeFileSync(join(next, "LICENSES.txt"), `${LICENCES.join("\n")}\n`);
  replace(next, out);
  return { folder: out, files: list(out) };
}

/** What is replaced has to be one of ours, or empty. */
function checkFolder(out) {
  const old = existsSync(out) ? readdirSync(out) : [];
  if (old.length > 0 && !["index.html", "LICENSES.txt", "app"].every((name) => old.includes(name))) {
    throw new Stop(`${out} holds other files than the page's: choose an empty folder.`);
  }
}

function replace(next, out) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(dirname(out), { recursive: true });
  renameSync(next, out);
}

async function bundleScripts(next) {
  const { build } = await import("esbuild");
  const { metafile } = await build({
    entryPoints: [join(WWW, "app", "main.js")],
    outdir: join(next, "app"),
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    logLevel: "error",
    absWorkingDir: ROOT,
    plugins: [packageBeside(next)],
  });
  const outputs = Object.entries(metafile.outputs);
  const made = (input) => outputs.find(([, { entryPoint }]) => entryPoint?.endsWith(input))?.[0];
  const name = (path) => `app/${basename(path)}`;
  const main = made("www/app/main.js");
  const chunks = metafile.outputs[main].imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => path);
  const early = [made("kling-avatar:browser.js"), ...chunks].map(name);
  return { main: name(main), early, wasm: readdirSync(join(next, "app")).find((file) => /^kling_avatar_bg-.*\.wasm$/.test(file)) };
}

/** The page names the package by where a server puts it; here it is dist/, and its modules go beside the scripts. */
function packageBeside(next) {
  return {
    name: "kling-avatar",
    setup(build) {
      build.onResolve({ filter: /\/kling-avatar\/[\w.-]+\.js$/ }, ({ path }) => ({ path: basename(path), namespace: "kling-avatar" }));
      build.onResolve({ filter: /^\.\//, namespace: "kling-avatar" }, ({ path }) => ({ path: basename(path), namespace: "kling-avatar" }));
      build.onLoad({ filter: /.*/, namespace: "kling-avatar" }, ({ path }) => {
        const contents = readFileSync(join(DIST, path), "utf8").replace(MODULE_URL, (expression, module) =>
          expression.replace(module, basename(keep(next, "app", module, readFileSync(join(DIST, module))))));
        return { contents, loader: "js" };
      });
    },
  };
}

async function bundleStyles(next) {
  const { build } = await import("esbuild");
  const sheets = styleSheets(readFileSync(join(WWW, "index.html"), "utf8"));
  const contents = sheets.map((path) => `@import "./${path}";`).join("\n");
  const { outputFiles } = await build({ stdin: { contents, resolveDir: WWW, loader: "css" }, bundle: true, minify: true, write: false, target: "es2022", logLevel: "error" });
  return keep(next, "", "style.css", outputFiles[0].contents);
}

async function minified(code) {
  const { transform } = await import("esbuild");
  return (await transform(code, { minify: true, target: "es2022" })).code;
}

/** Writes a file under its name with its fingerprint in it, and returns that as the page names it. */
function keep(next, folder, name, contents) {
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8);
  const path = join(folder, name.replace(/(\.\w+)$/, `-${hash}$1`));
  writeFileSync(join(next, path), contents);
  return path;
}

const STYLE = /<link rel="stylesheet" href="([^"]+)">\n/g;
const styleSheets = (html) => [...html.matchAll(STYLE)].map(([, path]) => path);

function rewritten(html, { style, boot, main, early, wasm }) {
  const first = html.search(STYLE);
  const bare = html.replace(STYLE, "");
  const modules = early.map((path) => `<link rel="modulepreload" href="${path}">\n`).join("");
  const preload = `${modules}<link rel="preload" href="app/${wasm}" as="fetch" type="application/wasm" crossorigin>`;
  const pairs = [
    ['src="app/boot.js"', `src="${boot}"`],
    ['src="app/main.js"', `src="${main}"`],
    ['<link rel="modulepreload" href="kling-avatar/browser.js">', preload],
  ];
  const all = `${bare.slice(0, first)}<link rel="stylesheet" href="${style}">\n${bare.slice(first)}`;
  return pairs.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Stop(`www/index.html has no ${from} to be replaced.`);
    return text.replace(from, to);
  }, all);
}

function list(folder) {
  return readdirSync(folder, { recursive: true }).filter((path) => statSync(join(folder, path)).isFile()).sort();
}
