// An app with server rendering: importing on the server does no harm, the module runs there too, and the page makes videos.
import assert from "node:assert/strict";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../../npm/setup/paths.mjs";
import { freePort } from "../gateway/free-port.mjs";
import { environment, mainPaths, startService } from "../gateway/main-paths.mjs";
import { startSandbox } from "../sandbox/server.mjs";
import { served } from "./host.mjs";
import { modulesIn, npx, startStand } from "./stand.mjs";

let stand, project;

before(async () => {
  stand = await startStand();
  project = await stand.project("next");
  await cp(join(ROOT, "examples", "next", "app"), join(project, "app"), { recursive: true });
  await cp(join(ROOT, "examples", "react"), join(project, "app", "make"), { recursive: true });
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

test("React: makes a video through the gateway of the same app, and goes on with it after a reload", async () => {
  let finish;
  const makeVideo = () => new Promise((resolve) => (finish = resolve));
  const sandbox = await startSandbox({ speed: 40, makeVideo });
  const port = await freePort();
  const env = { ...environment(sandbox), ALLOWED_ORIGINS: `http://127.0.0.1:${port}` };
  const charged = () => sandbox.ledger.read().totals.tasks;
  try {
    await served(project, "next", ["start", "--port", port, "--hostname", "127.0.0.1"], (url) => stand.shows(`${url}make`, async (page) => {
      const [image, voice] = ["portrait.jpg", "voice.mp3"].map((name) => join(ROOT, "www/samples", name));
      const make = page.getByRole("button", { name: "Make a video" });
      await page.getByLabel("Voice").setInputFiles(voice);
      await make.click();
      await page.getByText("A photo is missing.").waitFor();

      await page.getByLabel("Photo").setInputFiles(image);
      await make.click();
      await page.getByText("The video is being made").waitFor();
      await page.reload();
      await page.getByText("The video is being made").waitFor();
      finish({ bytes: new Uint8Array(1000), durationSeconds: 7.8 });
      const video = await (await page.locator("video").elementHandle()).getAttribute("src");
      assert.match(video, new RegExp(`^${url}avatar/tasks/.+/video$`));
      assert.equal(charged(), 1);
    }), env);
  } finally {
    await sandbox.close();
  }
});
