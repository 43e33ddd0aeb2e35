// Without any bundler: a plain script from a static host, under a strict policy.
import assert from "node:assert/strict";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { request as ask } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { hosted } from "./host.mjs";
import { startStand } from "./stand.mjs";

const STRICT = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const PAGE = '<!doctype html><link rel="icon" href="/icon.jpg"><script type="module" src="/main.js"></script>';
let stand, project, app;

before(async () => {
  stand = await startStand();
  project = await stand.project("none");
  app = await stand.app();
  await writeFile(join(project, "index.html"), PAGE);
  await writeFile(join(project, "icon.jpg"), "");
});
after(() => stand?.close());

/** Hosts the app with these imports under this policy, the API under the same origin. */
async function under(policy, imports, use) {
  await writeFile(join(project, "main.js"), app.replace(/import .* from "kling-avatar";/, imports));
  const { hostname, port } = new URL(stand.sandbox.url);
  const otherwise = (request, response) => {
    const { url: path, method, headers } = request;
    const forwarded = ask({ hostname, port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    request.pipe(forwarded).on("error", () => response.destroy());
  };
  return hosted(project, use, { headers: { "content-security-policy": policy }, otherwise });
}

const PLAIN = 'import { AvatarClient } from "/node_modules/kling-avatar/dist/browser.js";';

test("a plain module script under a strict policy", () => under(STRICT, PLAIN, (url) => stand.makesVideo(url, url)));

test("without 'wasm-unsafe-eval' the error says so", async () => {
  const error = await under("default-src 'self'", PLAIN, (url) => stand.fails(url, url));
  assert.equal(error.code, "configuration");
  assert.match(error.message, /Content Security Policy|unsafe-eval/);
});

test("slim: the module from one's own place, under a strict policy", async () => {
  await mkdir(join(project, "cdn"), { recursive: true });
  await copyFile(join(project, "node_modules/kling-avatar/dist/kling_avatar_bg.wasm"), join(project, "cdn/avatar.wasm"));
  await copyFile(join(project, "cdn/avatar.wasm"), join(project, "cdn/avatar.bin"));
  const slim = 'import { AvatarClient, init } from "/node_modules/kling-avatar/dist/slim.js";';
  const ways = {
    "a response on its way": 'init(fetch("/cdn/avatar.wasm"));',
    "a response of another type": 'init(fetch("/cdn/avatar.bin"));',
    "bytes": 'init(fetch("/cdn/avatar.wasm").then((response) => response.arrayBuffer()));',
    "a compiled module": 'init(WebAssembly.compileStreaming(fetch("/cdn/avatar.wasm")));',
  };
  for (const [name, line] of Object.entries(ways)) {
    await under(STRICT, slim + line, (url) => stand.makesVideo(url, url)).catch((cause) => {
      throw new Error(`${name}: ${cause.message}`, { cause });
    });
  }
  const error = await under(STRICT, slim, (url) => stand.fails(url, url));
  assert.equal(error.code, "configuration");
  assert.match(error.message, /init/);
});
