// An app with server rendering: importing on the server does no harm, the module runs there too, and the page makes videos.
import assert from "node:assert/strict";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../../npm/setup/paths.mjs";
import { environment, mainPaths, startService } from "../gateway/main-paths.mjs";
import { served } from "./host.mjs";
import { modulesIn, npx, startStand } from "./stand.mjs";

let stand, project;

before(async () => {
  stand = await startStand();
  project = await stand.project("next");
  await cp(join(ROOT, "examples", "next", "app"), join(project, "app"), { recursive: true });
  await npx(project, "next", "build");
});
after(() => stand?.close());

test("Next.js: builds, renders on the server, validates there and in the edge runtime, and makes a video in the page", async () => {
  const modules = await modulesIn(join(project, ".next", "static"));
  assert.equal(modules.filter((name) => !name.includes("kling_avatar_server_bg")).length, 1);
  await served(project, "next", ["start", "--port", "0", "--hostname", "127.0.0.1"], async (url) => {
    assert.match(await (await fetch(url)).text(), /id="limit">2500</);
    const [image, soundFile] = await Promise.all(["portrait.jpg", "voice.mp3"].map((name) => readFile(join(ROOT, "www/samples", name), "base64")));
    const response = await fetch(`${url}check`, { method: "POST", body: JSON.stringify({ image, soundFile }) });
    assert.deepEqual((await response.json()).problems, []);
    assert.equal(await (await fetch(`${url}edge`)).text(), "empty");
    await stand.makesVideo(url);
  });
});

test("Next.js: the gateway as a route handler", async () => {
  const sandbox = await startService();
  const start = ["start", "--port", "0", "--hostname", "127.0.0.1"];
  try {
    await served(project, "next", start, (url) => mainPaths(`${url}avatar`, sandbox), environment(sandbox));
  } finally {
    await sandbox.close();
  }
});
