// The runtimes, and which of them `npm test` runs.
import { chromium, firefox, webkit } from "./runtimes/browsers.mjs";
import { PLACES } from "./runtimes/pages.mjs";
import { bun, deno, newerNode, node } from "./runtimes/programs.mjs";
import { workerd } from "./runtimes/workerd.mjs";

/** By name: how it is run, and the places of the runtime that the suite runs in. */
export const QUICK = {
  Node: { run: node(), places: [""] },
  workerd: { run: workerd, places: [""] },
  Chromium: { run: chromium, places: PLACES },
};

export const SLOW = {
  "Node 22": { run: newerNode(), places: [""] },
  Deno: { run: deno(), places: [""] },
  Bun: { run: bun(), places: [""] },
  Firefox: { run: firefox, places: PLACES },
  WebKit: { run: webkit, places: PLACES },
};

export const title = (runtime, place) => [runtime, place].filter(Boolean).join(" ").replace("-", " ");
