// The main path in Firefox and WebKit, on a desktop and on a phone: with the sandbox, and with nothing behind the page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ensureTools } from "../../npm/setup/tools.mjs";
import { firefox, webkit } from "../conformance/runtimes/engines.mjs";
import { startStand } from "./stand.mjs";
import { startStaticStand } from "./static-stand.mjs";
import { playFrames, unlikeness } from "./video.mjs";

const ENGINES = { Firefox: firefox, WebKit: webkit };
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
let sandbox, host;
before(async () => {
  await ensureTools(new URL("../conformance", import.meta.url).pathname);
  [sandbox, host] = [await startStand(), await startStaticStand("/base/")];
});
after(async () => {
  await sandbox?.close();
  await host?.close();
});

/** Runs in the page: uses the samples, generates, and waits for the video. */
async function generate() {
  const until = async (what, met) => {
    for (const end = performance.now() + 90_000; !met(); await new Promise((resolve) => setTimeout(resolve, 50))) {
      const { textContent } = document.getElementById("stage-foot");
      if (performance.now() > end) throw new Error(`${what} did not come: ${textContent.replace(/\s+/g, " ")}`);
    }
  };
  const byId = (id) => document.getElementById(id);
  await until("the button", () => !byId("generate").disabled);
  byId("sample").click();
  await until("the samples", () => byId("photo").dataset.state === "good" && byId("voice").dataset.state === "good");
  byId("generate").click();
  await until("the video", () => byId("stage").dataset.state === "done" && byId("stage-video").readyState >= 2);
  const audio = byId("voice-audio");
  await until("the voice", () => audio.duration > 0);
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return { voice: audio.duration, over };
}

const play = new Function(`return ((${playFrames})(document.getElementById("stage-video")))`);
const compare = new Function(`return Promise.resolve((${unlikeness})())`);

for (const [engine, open] of Object.entries(ENGINES)) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test(`${engine}, ${size}`, async () => {
      sandbox.sandbox.reset();
      const browser = await open(viewport);
      try {
        for (const url of [sandbox.url, host.url]) {
          await browser.goto(url);
          const { voice, over } = await browser.run(generate);
          assert.ok(over <= 0, `${over} px too wide`);
          const played = await browser.run(play);
          assert.ok(played.frames >= 10 && played.currentTime > 0, JSON.stringify(played));
          assert.ok(Math.abs(played.duration - voice) < 0.2, `${url}: video ${played.duration} s, voice ${voice} s`);
        }
        assert.ok((await browser.run(compare)) < 14, "the preview does not show the photo");
        assert.equal(sandbox.sandbox.ledger.creates.length, 1);
      } finally {
        await browser.close();
      }
    });
  }
}
