// The Worker of the README that makes tasks by itself runs as printed: all that it fetches goes to the sandbox.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bundleWorker, startWorkers } from "../../npm/gateway/worker.mjs";
import { BUILD, ROOT } from "../../npm/setup/paths.mjs";
import { PORTRAIT, VOICE } from "../sandbox/fixtures.mjs";
import { startSandbox } from "../sandbox/server.mjs";

const SCRIPT = /The client itself runs on the edge, too:\s*```js\n([\s\S]*?)```/;

const form = (sound) => {
  const form = new FormData();
  form.set("image", new Blob([PORTRAIT]), "portrait.jpg");
  form.set("sound", new Blob([sound]), "voice.mp3");
  form.set("prompt", "A woman speaks warmly to the camera");
  return form;
};

test("the README's Worker makes a task, and tells what is wrong with an input", async (t) => {
  const sandbox = await startSandbox({ port: 0, speed: 100 });
  t.after(() => sandbox.close());
  const folder = mkdtempSync(join(BUILD, "readme-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "worker.js"), readFileSync(join(ROOT, "README.md"), "utf8").match(SCRIPT)[1]);
  const outboundService = (request) => {
    const { pathname, search } = new URL(request.url);
    return fetch(sandbox.url + pathname + search, request);
  };
  const modules = await bundleWorker(join(folder, "worker.js"));
  const worker = await startWorkers([{ modules, bindings: { COMETAPI_KEY: "sk-sandbox-demo" }, outboundService }]);
  t.after(worker.close);
  const post = (body) => fetch(worker.url, { method: "POST", body });

  const made = await post(form(VOICE));
  assert.deepEqual([made.status, (await made.json()).status], [202, "submitted"]);
  const refused = await post(form(PORTRAIT));
  const { code, message } = await refused.json();
  assert.deepEqual([refused.status, code], [422, "invalid_input"]);
  assert.match(message, /JPEG/);
  assert.equal(sandbox.ledger.read().totals.tasks, 1);
});
