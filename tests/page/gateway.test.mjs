// Through the real gateway in workerd: the page never sees a key.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { exampleWorker, startWorkers } from "../../npm/gateway/worker.mjs";
import { kept, recorded } from "./shelf.mjs";
import { assertAtHome, assertQuiet, phase, startStand, text, useSamples } from "./stand.mjs";

const KEY = "sk-sandbox-of-the-gateway";
let stand, gateway;
before(async () => {
  stand = await startStand();
  const bindings = {
    COMETAPI_KEY: KEY,
    TOKEN_SECRET: "k3J8vQ2mZr7LxW0pT5nYc9BdFhGsAaEe",
    ALLOWED_ORIGINS: new URL(stand.url).origin,
    API_URL: stand.sandbox.url,
  };
  gateway = await startWorkers([await exampleWorker("workers", bindings)]);
});
after(async () => {
  await gateway?.close();
  await stand?.close();
});

async function chooseGateway(page) {
  await useSamples(page);
  await page.click("#connection summary");
  await page.check("[name=connection][value=gateway]");
  await page.fill("#gateway-url", `${gateway.url}/avatar`);
}

test("makes a video, over a reload, for one charge", async () => {
  stand.reset();
  const visit = await stand.open();
  const { page, seen } = visit;
  await chooseGateway(page);
  stand.hold();
  await page.click("#generate");
  await phase(page, "processing");
  await recorded(page);
  await page.reload();
  stand.finish();
  await page.waitForSelector("#done:visible");
  await kept(page);
  await page.waitForFunction(() => document.getElementById("stage-video").duration > 7);
  assert.equal(stand.sandbox.ledger.creates.length, 1);
  const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  assert.equal(saved.suggestedFilename(), "portrait-avatar.mp4");
  assert.ok(!JSON.stringify(seen.requests).includes(KEY));
  assertQuiet(visit);
  assertAtHome(visit);
  await visit.close();
});

test("what is told of an upload never goes back, and ends with all of it", async () => {
  stand.reset();
  const visit = await stand.open();
  const told = await visit.page.evaluate(async (gatewayUrl) => {
    const { AvatarClient } = await import("./kling-avatar/browser.js");
    const sample = async (name) => (await fetch(`samples/${name}`)).blob();
    const [image, soundFile] = [await sample("portrait.jpg"), await sample("voice.mp3")];
    const told = [];
    const onProgress = ({ phase, loadedBytes, totalBytes }) => phase === "uploading" && told.push([loadedBytes, totalBytes]);
    await new AvatarClient({ gatewayUrl }).createTask({ image, soundFile, prompt: "She speaks" }, { onProgress });
    return told.filter(([loaded]) => loaded !== undefined);
  }, `${gateway.url}/avatar`);
  const loaded = told.map(([bytes]) => bytes);
  assert.deepEqual(loaded, loaded.toSorted((a, b) => a - b));
  assert.equal(...told.at(-1));
  assert.ok(loaded.at(-1) > 0);
  await visit.close();
});

test("speaks a text", async () => {
  stand.reset();
  const visit = await stand.open();
  const { page } = visit;
  await chooseGateway(page);
  await page.click("#speech-open");
  await page.fill("#speech-text", "Good morning, dear listeners. It is a pleasure to speak to you.");
  await page.click("#speech-do");
  await page.waitForFunction(() => /Spoken|could not/.test(document.getElementById("speech-note").textContent));
  assert.match(await text(page, "#speech-note"), /^Spoken/);
  await page.click("#generate");
  await page.waitForSelector("#done:visible");
  assert.equal(stand.sandbox.ledger.creates[0].sound.audioId, stand.sandbox.ledger.speeches[0].audioId);
  await visit.close();
});
