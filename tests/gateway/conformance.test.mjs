// The conformance suite through a gateway in workerd: what the contract promises holds there, too, for a program and a page.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { bundleWorker, startWorkers } from "../../npm/gateway/worker.mjs";
import { withChromium } from "../conformance/runtimes/browsers.mjs";
import { inPages } from "../conformance/runtimes/pages.mjs";
import { node } from "../conformance/runtimes/programs.mjs";
import { startStand } from "../conformance/stand.mjs";
import { checks } from "../conformance/suite/run.js";
import { SECRET } from "./stand.mjs";

/** What a gateway changes on purpose, and which test has it instead. */
const OTHERWISE = {
  "createTask: every byte and every field arrives": "the service sees a hash of the id, and extra fields have to be allowed: contract.test.mjs",
  "never pays twice: an answer that was lost": "the page's id of the task is a token, not the service's: once.test.mjs",
  "concurrency_limit: waited for, and told": "the gateway itself waits a while, and cannot tell: once.test.mjs",
  "client: takes a key function, a URL and a fetch of one's own": "the page has no key",
};
for (const name of Object.keys(OTHERWISE)) assert.ok(name in checks, name);
const CHECKS = Object.keys(checks).filter((name) => !(name in OTHERWISE));

let stand;
let gateway;

before(async () => {
  stand = await startStand();
  const OPTIONS = JSON.stringify({ tokenSecret: SECRET, limiter: { createsPerMinute: 0, concurrentTasks: 0 }, retry: { maxAttempts: 3, minDelayMs: 20, maxDelayMs: 200 } });
  const modules = await bundleWorker(join(import.meta.dirname, "conformance-worker.js"));
  const quiet = (...streams) => streams.forEach((stream) => stream.resume());
  gateway = await startWorkers([{ name: "gateway", modules, bindings: { OPTIONS }, durableObjects: { LEDGER: "AvatarLedger" } }], { handleRuntimeStdio: quiet });
  stand.gatewayUrl = gateway.url;
  await writeFile(join(stand.project, "where.json"), JSON.stringify({ sandboxUrl: stand.sandboxUrl, gatewayUrl: gateway.url, only: CHECKS }));
});
after(async () => {
  await gateway?.close();
  await stand?.close();
});

const PLACES = {
  "a program, through a gateway in workerd": async () => (await node()(stand))[""],
  "a page in Chromium, through a gateway in workerd": async () => (await withChromium((visit) => inPages(stand, visit, ["page"]))).page,
};

for (const [place, run] of Object.entries(PLACES)) {
  describe(place, () => {
    let running;
    for (const check of CHECKS) {
      test(check, async () => {
        running ??= run();
        const result = (await running).find(({ name }) => name === check);
        assert.ok(result?.ok, result?.why ?? "it was not run");
      });
    }
  });
}
