// Chromium, Firefox and WebKit, each shown the same pages.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { chromium as playwright } from "playwright-core";
import { chromiumPath, firefoxPath, webkitPaths } from "../../../npm/setup/system.mjs";
import { inPages } from "./pages.mjs";

const CHROMIUM_FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const chromium = (stand) => withChromium((visit) => inPages(stand, visit));
export const firefox = (stand) => withFirefox((visit) => inPages(stand, visit));
export const webkit = (stand) => withWebkit((visit) => inPages(stand, visit));

/**
 * Starts the browser for as long as `use(visit, more)` takes; `visit(url)` shows a page in it, `more` has the browser's
 * `version` and what Playwright has of it.
 */
export async function withChromium(use, flags = []) {
  const browser = await playwright.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_FLAGS, ...flags] });
  try {
    const page = await browser.newPage();
    return await use((url) => page.goto(url), { version: browser.version(), browser, page });
  } finally {
    await browser.close();
  }
}

export async function withFirefox(use) {
  const { launch } = await import("puppeteer-core");
  const browser = await launch({ browser: "firefox", executablePath: firefoxPath(), headless: true });
  try {
    const page = await browser.newPage();
    return await use((url) => page.goto(url), { version: (await browser.version()).split("/").at(-1) });
  } finally {
    await browser.close();
  }
}

/** WebKitGTK: its driver under a virtual screen, spoken to by WebDriver's own HTTP. */
export async function withWebkit(use) {
  const { driver, browser } = webkitPaths();
  const port = await freePort();
  const child = spawn("xvfb-run", ["-a", driver, `--port=${port}`, "--host=127.0.0.1"], { stdio: "ignore", detached: true });
  const call = (path, body) => webDriver(`http://127.0.0.1:${port}${path}`, body);
  try {
    await answers(() => call("/status"));
    const options = { binary: browser, args: ["--automation"] };
    const { sessionId, capabilities } = await call("/session", { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } } });
    try {
      return await use((url) => call(`/session/${sessionId}/url`, { url }), { version: capabilities.browserVersion });
    } finally {
      await webDriver(`http://127.0.0.1:${port}/session/${sessionId}`, undefined, "DELETE").catch(() => {});
    }
  } finally {
    process.kill(-child.pid, "SIGTERM");
  }
}

async function webDriver(url, body, method = body === undefined ? "GET" : "POST") {
  const response = await fetch(url, { method, body: body && JSON.stringify(body), headers: { "content-type": "application/json" } });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebDriver: ${value?.error}: ${value?.message}`);
  return value;
}

async function answers(call) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === 100) throw error;
      await pause(100);
    }
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
