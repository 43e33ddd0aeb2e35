// What every page test stands on: the real page, the real package, the real sandbox, a real browser.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { startPageServer } from "../../npm/serve.mjs";
import { startSandbox } from "../sandbox/server.mjs";

const ARGUMENTS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--use-fake-device-for-media-stream",
];

/** Starts all of it. `options` are the sandbox's. */
export async function startStand(options = {}) {
  const sandbox = await startSandbox({ options: { speed: 30, ...options } });
  const server = await startPageServer({ sandboxUrl: sandbox.url });
  const browser = await launch();
  return {
    sandbox,
    url: server.url,
    open: (settings) => open(browser, settings?.url ?? server.url, settings),
    /** Tasks are "processing" from now on, however long a test takes to look at them, until `finish`. */
    hold: () => (sandbox.options.held = true),
    finish: () => (sandbox.options.held = false),
    /** The sandbox knows of nothing before. */
    reset() {
      sandbox.reset();
      sandbox.options.held = false;
    },
    async close() {
      await browser.close();
      await server.close();
      await sandbox.close();
    },
  };
}

export const launch = () => chromium.launch({ executablePath: chromiumPath(), args: ARGUMENTS });

function chromiumPath() {
  const known = [process.env.CHROMIUM_PATH, "/usr/bin/chromium"].find((path) => path && existsSync(path));
  return known ?? execFileSync("sh", ["-c", "command -v chromium || command -v google-chrome"], { encoding: "utf8" }).trim();
}

/** Opens the page in a fresh profile and watches everything that it says and asks for. */
export async function open(browser, url, { before, ready = "#generate:enabled", ...settings } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-US", ...settings });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const seen = { console: [], requests: [] };
  page.on("console", (message) => seen.console.push({ type: message.type(), text: message.text() }));
  page.on("pageerror", (error) => seen.console.push({ type: "error", text: `uncaught: ${error.message}` }));
  page.on("request", (request) => seen.requests.push({ url: request.url(), headers: request.headers() }));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await before?.(page, context);
  await page.goto(url);
  await page.waitForSelector(ready);
  return { page, context, seen, close: () => context.close() };
}

/** Neither errors nor policy violations nor uncaught exceptions, but for those that the test made itself. */
export function assertQuiet({ seen }, expected = []) {
  const loud = seen.console.filter(({ type }) => type === "error" || type === "warning");
  const unexpected = loud.filter(({ text }) => !expected.some((pattern) => pattern.test(text)));
  assert.deepEqual(unexpected, []);
}

/** Every request stayed on this machine. */
export function assertAtHome({ seen }) {
  const abroad = seen.requests.map(({ url }) => url).filter((url) => !/^(blob:|data:|https?:\/\/(127\.0\.0\.1|localhost)[:/])/.test(url));
  assert.deepEqual(abroad, []);
}

export async function useSamples(page) {
  await page.click("#sample");
  await page.waitForSelector("#photo[data-state=good]");
  await page.waitForSelector("#voice[data-state=good]");
}

/** Waits for the phase, by the name that the contract gives it. */
export const phase = (page, name) => page.waitForSelector(`#stage[data-now="${name}"]`);

export const text = (page, selector) => page.textContent(selector);

/** The page talks to api.cometapi.com; its calls are answered by the sandbox. */
export async function redirectComet(page, sandbox) {
  await page.route("https://api.cometapi.com/**", async (route) => {
    const request = route.request();
    const { pathname, search } = new URL(request.url());
    const answer = await fetch(sandbox.url + pathname + search, {
      method: request.method(),
      headers: { authorization: request.headers().authorization, "content-type": "application/json" },
      body: request.postDataBuffer() ?? undefined,
    });
    const headers = { "access-control-allow-origin": "*", "content-type": answer.headers.get("content-type") ?? "" };
    await route.fulfill({ status: answer.status, headers, body: Buffer.from(await answer.arrayBuffer()) });
  });
}
