// Firefox and WebKit, each with a page in a window of a given size: `{ goto(url), run(function, ...values), close() }`.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { createRequire } from "node:module";
import { firefoxPath, webkitPaths } from "../../npm/setup/system.mjs";

const SCRIPT_LIMIT_MS = 120_000;

export async function firefox({ width, height }) {
  // Installed with the other runtimes of the conformance suite.
  const require = createRequire(new URL("../conformance/package.json", import.meta.url));
  const { launch } = await import(require.resolve("puppeteer-core"));
  const browser = await launch({ browser: "firefox", executablePath: firefoxPath(), headless: true, protocolTimeout: SCRIPT_LIMIT_MS, extraPrefsFirefox: { "media.autoplay.default": 0 } });
  const page = await browser.newPage();
  await page.setViewport({ width, height });
  return {
    goto: (url) => page.goto(url),
    run: (work, ...values) => page.evaluate(work, ...values),
    close: () => browser.close(),
  };
}

/** WebKitGTK: its driver under a virtual screen, spoken to by WebDriver's own HTTP. */
export async function webkit({ width, height }) {
  const { driver, browser } = webkitPaths();
  const port = await freePort();
  const child = spawn("xvfb-run", ["-a", driver, `--port=${port}`, "--host=127.0.0.1"], { stdio: "ignore", detached: true });
  const call = (path, body, method) => webDriver(`http://127.0.0.1:${port}${path}`, body, method);
  const end = () => process.kill(-child.pid, "SIGTERM");
  try {
    await answers(() => call("/status"));
    const options = { binary: browser, args: ["--automation"] };
    const { sessionId } = await call("/session", { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } } });
    const session = `/session/${sessionId}`;
    await call(`${session}/timeouts`, { script: SCRIPT_LIMIT_MS });
    await call(`${session}/window/rect`, { width, height });
    return {
      goto: (url) => call(`${session}/url`, { url }),
      run: (work, ...args) => call(`${session}/execute/async`, { script: scriptOf(work), args }).then(unwrap),
      close: async () => (await call(session, undefined, "DELETE").catch(() => {}), end()),
    };
  } catch (error) {
    end();
    throw error;
  }
}

/** Given as an asynchronous script, whose last argument is told the outcome. */
const scriptOf = (work) => `
  const values = [...arguments];
  const tell = values.pop();
  (${work})(...values).then((value) => tell({ value }), (error) => tell({ error: String(error) }));`;

function unwrap({ value, error }) {
  if (error !== undefined) throw new Error(error);
  return value;
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
