// "Show the code" shows code that does what has just been done: it is run.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { DIST, ROOT } from "../../npm/setup/paths.mjs";
import { sample, sha256 } from "./fixtures.mjs";
import { assertQuiet, startStand, text, useSamples } from "./stand.mjs";

let stand, folder;
before(async () => {
  stand = await startStand();
  folder = await mkdtemp(join(tmpdir(), "kling-avatar-code-"));
  await mkdir(join(folder, "node_modules", "kling-avatar"), { recursive: true });
  await symlink(DIST, join(folder, "node_modules", "kling-avatar", "dist"));
  await symlink(join(ROOT, "package.json"), join(folder, "node_modules", "kling-avatar", "package.json"));
  for (const name of ["portrait.jpg", "voice.mp3"]) await writeFile(join(folder, name), await sample(name));
});
after(async () => {
  await stand?.close();
  await rm(folder, { recursive: true, force: true });
});

async function openCode(page, prompt) {
  await useSamples(page);
  await page.check("[name=mode][value=pro]");
  await page.fill("#prompt", prompt);
  await page.click("#code summary");
  await page.waitForFunction(() => document.getElementById("code-text").textContent !== "");
}

async function shown(page, runtime) {
  await page.click(`#code-tab-${runtime}`);
  return text(page, "#code-text");
}

const run = (name) => promisify(execFile)(process.execPath, [name], { cwd: folder });

async function assertOrdered(prompt) {
  const [charge, ...others] = stand.sandbox.ledger.creates;
  assert.equal(others.length, 0);
  assert.equal(charge.image.sha256, sha256(await sample("portrait.jpg")));
  assert.equal(charge.mode, "pro");
  assert.equal(charge.fields.prompt, prompt);
  return charge;
}

test("in Node, in Workers and in a page", async () => {
  const visit = await stand.open();
  const { page } = visit;
  const prompt = 'She says "hello" to ${you} and `all` \\ </script>';
  await openCode(page, prompt);

  stand.reset();
  await writeFile(join(folder, "node.mjs"), await shown(page, "node"));
  await run("node.mjs");
  assert.equal((await readFile(join(folder, "avatar.mp4"))).toString("latin1", 4, 8), "ftyp");
  assert.equal((await assertOrdered(prompt)).sound.sha256, sha256(await sample("voice.mp3")));

  stand.reset();
  await writeFile(join(folder, "worker.mjs"), await shown(page, "workers"));
  await writeFile(join(folder, "ask.mjs"), `import { openAsBlob } from "node:fs";
    import worker from "./worker.mjs";
    const body = new FormData();
    body.set("photo", await openAsBlob("portrait.jpg"));
    body.set("voice", await openAsBlob("voice.mp3"));
    const answer = await worker.fetch(new Request("https://example.com/", { method: "POST", body }), {});
    console.log((await answer.json()).taskId);`);
  const { stdout } = await run("ask.mjs");
  assert.equal(stdout.trim(), (await assertOrdered(prompt)).taskId);

  stand.reset();
  const code = (await shown(page, "browser")).replace('"kling-avatar"', '"/kling-avatar/browser.js"');
  await page.route("**/example.js", (route) => route.fulfill({ contentType: "text/javascript", body: `const [photoInput, voiceInput, videoElement] = window.parts;\n${code}` }));
  const source = await page.evaluate(async () => {
    const file = async (path) => ({ files: [await (await fetch(path)).blob()] });
    const video = document.createElement("video");
    window.parts = [await file("samples/portrait.jpg"), await file("samples/voice.mp3"), video];
    await import("/example.js");
    return video.src;
  });
  assert.match(source, /^blob:/);
  await assertOrdered(prompt);
  assertQuiet(visit);
  await visit.close();
});

test("follows the connection, and never shows a key", async () => {
  const visit = await stand.open();
  const { page } = visit;
  await openCode(page, "Speaks");
  await page.click("#connection summary");
  await page.check("[name=connection][value=key]");
  await page.fill("#api-key", "sk-my-very-own-secret-4711");
  for (const runtime of ["browser", "workers", "node"]) assert.ok(!(await shown(page, runtime)).includes("4711"), runtime);
  assert.match(await shown(page, "node"), /process\.env\.COMETAPI_KEY/);
  await page.check("[name=connection][value=gateway]");
  await page.fill("#gateway-url", "https://example.com/mine");
  await page.press("#gateway-url", "Tab");
  assert.match(await shown(page, "browser"), /gatewayUrl: "https:\/\/example\.com\/mine"/);
  assert.match(await shown(page, "workers"), /createGateway/);
  assertQuiet(visit);
  await visit.close();
});
