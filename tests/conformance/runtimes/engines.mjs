// Firefox and WebKit, each with a page, in a window of a given size if wanted:
// `{ version, goto(url), run(function, ...values), close() }`.
import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { firefoxPath, webkitPaths } from "../../../npm/setup/system.mjs";
import { freePort } from "../../gateway/free-port.mjs";

const SCRIPT_LIMIT_MS = 120_000;

export async function firefox(size) {
  const { launch } = await import("puppeteer-core");
  const browser = await launch({ browser: "firefox", executablePath: firefoxPath(), headless: true, protocolTimeout: SCRIPT_LIMIT_MS, extraPrefsFirefox: { "media.autoplay.default": 0 } });
  const page = await browser.newPage();
  if (size) await resize(page, size);
  return {
    version: (await browser.version()).split("/").at(-1),
    goto: (url) => page.goto(url),
    run: (work, ...values) => page.evaluate(work, ...values),
    close: () => browser.close(),
  };
}

/** Some versions of Firefox know no orientation of screens, which puppeteer sets along with the size. */
async function resize(page, size) {
  await page.setViewport(size).catch((error) => {
    if (!error.message.includes("unknown command")) throw error;
  });
  await page.waitForFunction(({ width, height }) => innerWidth === width && innerHeight === height, {}, size);
}

/** WebKitGTK: its driver under a virtual screen, spoken to by WebDriver's own HTTP. */
export async function webkit(size) {
  const { driver, browser } = webkitPaths();
  const port = await freePort();
  const child = spawn("xvfb-run", ["-a", driver, `--port=${port}`, "--host=127.0.0.1"], { stdio: "ignore", detached: true });
  const call = (path, body, method) => webDriver(`http://127.0.0.1:${port}${path}`, body, method);
  const end = () => process.kill(-child.pid, "SIGTERM");
  try {
    await answers(() => call("/status"));
    const options = { binary: browser, args: ["--automation"] };
    const { sessionId, capabilities } = await call("/session", { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } } });
    const session = `/session/${sessionId}`;
    await call(`${session}/timeouts`, { script: SCRIPT_LIMIT_MS });
    if (size) await call(`${session}/window/rect`, size);
    return {
      version: capabilities.browserVersion,
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
