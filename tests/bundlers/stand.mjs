// What every bundler's test stands on: the packed package, the sandbox, Chromium, and fresh projects.
import assert from "node:assert/strict";
import { cp, copyFile, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { ROOT } from "../../npm/setup/paths.mjs";
import { run } from "../../npm/setup/process.mjs";
import { chromiumPath } from "../../npm/setup/system.mjs";
import { pack } from "../package/tarball.mjs";
import { startSandbox } from "../sandbox/server.mjs";

const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const INSTALL = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--prefer-offline", "--silent"];
const LIMIT_MS = 300_000;

export async function startStand() {
  const folder = await mkdtemp(join(tmpdir(), "kling-avatar-bundlers-"));
  const tarball = await pack(folder);
  const sandbox = await startSandbox({ options: { taskSeconds: 0.3 } });
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
  const [image, soundFile] = await Promise.all(["portrait.jpg", "voice.mp3"].map((name) => readFile(join(ROOT, "www/samples", name), "base64")));
  return {
    sandbox,
    project: (name) => freshProject(name, join(folder, name), tarball),
    app: () => readFile(join(import.meta.dirname, "main.js"), "utf8"),
    makesVideo: (url, baseUrl = sandbox.url) => makesVideo(browser, url, { image, soundFile, baseUrl }),
    fails: (url, baseUrl = sandbox.url) => fails(browser, url, { image, soundFile, baseUrl }),
    shows: (url, use) => opened(browser, url, use),
    async close() {
      await browser.close();
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A copy of the fixture with its bundler, the app and the packed package installed. */
async function freshProject(name, project, tarball) {
  await cp(join(import.meta.dirname, name), project, { recursive: true, filter: (path) => !path.endsWith("node_modules") });
  for (const file of ["main.js", "index.html"]) await copyFile(join(import.meta.dirname, file), join(project, file));
  if (name !== "none") await succeeds(project, "npm", ...INSTALL);
  await succeeds(project, "npm", ...INSTALL, "--no-save", tarball);
  return project;
}

/** Runs a program in the project as its developer would. */
export async function succeeds(project, program, ...args) {
  const env = { ...process.env, NODE_ENV: undefined, NEXT_TELEMETRY_DISABLED: "1", CI: "1" };
  const { code, output } = await run(program, args, { cwd: project, env, timeoutMs: LIMIT_MS });
  assert.equal(code, 0, `${program} ${args.join(" ")}: ${output.slice(-3000)}`);
  return output;
}

/** A program of the project's own node_modules. */
export const npx = (project, name, ...args) => succeeds(project, join(project, "node_modules", ".bin", name), ...args);

/** The names of the modules in a folder, in whatever depth, and that there is no inlined one. */
export async function modulesIn(folder) {
  const files = await readdir(folder, { recursive: true });
  for (const file of files.filter((name) => /\.[cm]?js$/.test(name))) {
    const text = await readFile(join(folder, file), "utf8");
    assert.ok(!text.includes("AGFzbQ"), `${file} holds a module as Base64`);
  }
  return files.filter((name) => name.endsWith(".wasm"));
}

async function opened(browser, url, use) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`uncaught: ${error.message}`));
  try {
    await page.goto(url);
    return await use(page, said);
  } finally {
    await context.close();
  }
}

/** Shows the app, once it has started. */
function started(browser, url, use) {
  return opened(browser, url, async (page, said) => {
    await page.waitForFunction(() => globalThis.makeVideo, undefined, { timeout: 60_000 }).catch((cause) => {
      throw new Error(`The app did not start: ${said.join("\n")}`, { cause });
    });
    return use(page, said);
  });
}

/** Shows the app and expects a video of it. */
function makesVideo(browser, url, input) {
  return started(browser, url, async (page, said) => {
    const made = await page.evaluate((given) => globalThis.makeVideo(given), input);
    assert.deepEqual([made.type, made.begins], ["video/mp4", "ftyp"]);
    assert.ok(made.durationSeconds > 2);
    assert.deepEqual(said.filter((line) => /^(error|warning|uncaught)/.test(line)), []);
  });
}

/** Shows the app and gives the error that making a video ends in. */
function fails(browser, url, input) {
  const make = (given) => globalThis.makeVideo(given).then(() => undefined, ({ name, code, message }) => ({ name, code, message }));
  return started(browser, url, (page) => page.evaluate(make, input));
}
