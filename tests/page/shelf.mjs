// What tests of the kept videos look for.
import { useSamples } from "./stand.mjs";

export const OFFLINE = [/Failed to load resource/, /net::ERR_/];
export const ready = (page) => page.waitForSelector("#generate:enabled");
export const held = (page) => page.waitForSelector("#stage-video[src^=blob]");
/** Until what is under way is written down: the space that it takes is told from then on. */
export const recorded = (page) => page.waitForFunction(() => document.getElementById("shelf-space").textContent !== "");
/** Until a video is written down, too. */
export const kept = (page) => page.waitForFunction(() => /\d+\.\d\sMB|\d+\sKB/.test(document.getElementById("shelf-space").textContent));
export const cards = (page, state) => page.locator(`#shelf .card[data-state=${state}]`);

/** Opens the page, with a sandbox that knows of nothing before, and gives it the samples. */
export async function openWithSamples(stand, settings) {
  stand.reset();
  const visit = await stand.open(settings);
  await useSamples(visit.page);
  return visit;
}
