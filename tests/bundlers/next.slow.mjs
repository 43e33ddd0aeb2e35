// An app with server rendering: importing on the server does no harm, the module runs there too, and the page makes videos.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../../npm/setup/paths.mjs";
import { served } from "./host.mjs";
import { modulesIn, npx, startStand } from "./stand.mjs";

let stand, project;

before(async () => {
  stand = await startStand();
  project = await stand.project("next");
});
after(() => stand?.close());

test("Next.js: builds, renders on the server, validates there, and makes a video in the page", async () => {
  await npx(project, "next", "build");
  assert.equal((await modulesIn(join(project, ".next", "static"))).length, 1);
  await served(project, "next", ["start", "--port", "0", "--hostname", "127.0.0.1"], async (url) => {
    assert.match(await (await fetch(url)).text(), /id="limit">2500</);
    const [image, soundFile] = await Promise.all(["portrait.jpg", "voice.mp3"].map((name) => readFile(join(ROOT, "www/samples", name), "base64")));
    const response = await fetch(`${url}check`, { method: "POST", body: JSON.stringify({ image, soundFile }) });
    assert.deepEqual((await response.json()).problems, []);
    await stand.makesVideo(url);
  });
});
