// Chromium, Firefox and WebKit, each shown the same pages.
import { spawnSync } from "node:child_process";
import { chromium as playwright } from "playwright-core";
import { chromiumPath, firefoxPath } from "../../../npm/setup/system.mjs";
import { firefox as startFirefox, webkit as startWebkit } from "./engines.mjs";
import { PLACES, inPages } from "./pages.mjs";

const CHROMIUM_FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const chromium = (stand) => withChromium((visit) => inPages(stand, visit));
export const firefox = (stand) => withFirefox((visit) => inPages(stand, visit, firefoxPlaces()));
export const webkit = (stand) => withWebkit((visit) => inPages(stand, visit));

/** Firefox knows service workers that are modules from version 147 on. */
export function firefoxPlaces() {
  const version = /(\d+)\./.exec(spawnSync(firefoxPath() ?? "firefox", ["--version"], { encoding: "utf8" }).stdout)?.[1];
  return Number(version) < 147 ? PLACES.filter((place) => place !== "service-worker") : PLACES;
}

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

export const withFirefox = (use) => within(startFirefox, use);
export const withWebkit = (use) => within(startWebkit, use);

async function within(start, use) {
  const engine = await start();
  try {
    return await use(engine.goto, { version: engine.version });
  } finally {
    await engine.close();
  }
}
