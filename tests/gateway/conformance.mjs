// The conformance suite through a gateway in workerd: what the contract promises holds there, too.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { bundleWorker, startWorkers } from "../../npm/gateway/worker.mjs";
import { startStand } from "../conformance/stand.mjs";
import { checks } from "../conformance/suite/run.js";
import { SECRET } from "./stand.mjs";

/** `places` names what runs the suite; each resolves with its results. */
export function asGatewayTests(places, prepare = async () => {}) {
  let stand;
  let gateway;

  before(async () => {
    await prepare();
    stand = await startStand();
    const OPTIONS = JSON.stringify({ tokenSecret: SECRET, limiter: { createsPerMinute: 0, concurrentTasks: 0 }, retry: { maxAttempts: 3, minDelayMs: 20, maxDelayMs: 200 } });
    const modules = await bundleWorker(join(import.meta.dirname, "conformance-worker.js"));
    const quiet = (...streams) => streams.forEach((stream) => stream.resume());
    gateway = await startWorkers([{ name: "gateway", modules, bindings: { OPTIONS }, durableObjects: { LEDGER: "AvatarLedger" } }], { handleRuntimeStdio: quiet });
    stand.gatewayUrl = gateway.url;
    await writeFile(join(stand.project, "where.json"), JSON.stringify({ sandboxUrl: stand.sandboxUrl, gatewayUrl: gateway.url }));
  });
  after(async () => {
    await gateway?.close();
    await stand?.close();
  });

  for (const [place, run] of Object.entries(places)) {
    describe(`${place}, through a gateway in workerd`, () => {
      let running;
      for (const check of Object.keys(checks)) {
        test(check, async () => {
          running ??= run(stand);
          const result = (await running).find(({ name }) => name === check);
          assert.ok(result?.ok, result?.why ?? "it was not run");
        });
      }
    });
  }
}
