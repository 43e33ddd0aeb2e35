// What a browser can meet, in Chromium: lines that break, a network that goes and comes, pages that are reloaded.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { startPageServer } from "../../npm/serve.mjs";
import { DIST } from "../../npm/setup/paths.mjs";
import { base64, png, wav } from "../sandbox/fixtures.mjs";
import { startSandbox } from "../sandbox/server.mjs";

const VIDEO = new Uint8Array(5000).fill(7);
const IMAGE = base64(png(300, 300, 3_000_000));
const VOICE = base64(wav(2.5));
const KEY = "sk-browser-test-1";

let sandbox, server, browser, root, context, page, messages;

before(async () => {
  root = mkdtempSync(join(tmpdir(), "kling-avatar-"));
  mkdirSync(join(root, "www"));
  writeFileSync(join(root, "www", "index.html"), "<!DOCTYPE html><html lang=en><title>Test</title><link rel=icon href=data:,>");
  symlinkSync(DIST, join(root, "dist"));
  sandbox = await startSandbox({
    options: { taskSeconds: 0.3, concurrency: 1000 },
    makeVideo: async () => ({ bytes: VIDEO, durationSeconds: 2.5 }),
  });
  server = await startPageServer({ sandboxUrl: sandbox.url, root });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  await server?.close();
  await sandbox?.close();
  rmSync(root, { recursive: true, force: true });
});

beforeEach(async () => {
  await context?.close();
  sandbox.reset();
  Object.assign(sandbox.options, { uploadBytesPerSecond: 0, taskSeconds: 0.3, uniqueExternalIds: true });
  context = await browser.newContext();
  page = await context.newPage();
  messages = [];
  page.on("pageerror", (error) => messages.push(error.message));
  await open();
});

async function open() {
  await page.goto(server.url);
  await page.evaluate(prepare, { url: sandbox.url, key: KEY, image: IMAGE, voice: VOICE });
}

/** Runs in the page: gives it `generate(options, call)`, whose end is kept in `ended`. */
async function prepare({ url, key, image, voice }) {
  const { AvatarClient } = await import("/kling-avatar/browser.js");
  const bytes = (text) => new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]);
  const input = { image: bytes(image), soundFile: bytes(voice), prompt: "She speaks" };
  const storage = { get: (name) => localStorage.getItem(name), set: (name, text) => localStorage.setItem(name, text), delete: (name) => localStorage.removeItem(name) };
  window.progress = [];
  window.generate = ({ watched = false, ...options } = {}) => {
    window.controller = new AbortController();
    const client = new AvatarClient({
      apiKey: key, baseUrl: url, dangerouslyAllowBrowser: true, storage,
      retry: { minDelayMs: 10, maxDelayMs: 50 }, poll: { minIntervalMs: 10, maxIntervalMs: 100, timeoutMs: 60_000 }, ...options,
    });
    const call = { signal: window.controller.signal, onProgress: watched ? (progress) => window.progress.push(progress) : undefined };
    window.ended = client.generate(input, call).then(
      (video) => ({ video }),
      (error) => ({ code: error.code, taskId: error.taskId, externalTaskId: error.externalTaskId, message: error.message, retryable: error.retryable }),
    );
  };
}

const start = (options) => page.evaluate((given) => window.generate(given), options ?? {});
const ended = () => page.evaluate(() => window.ended);
const requests = () => sandbox.ledger.read().requests;
const tasks = () => sandbox.ledger.read().totals.tasks;

/** Resolves once `condition` holds. */
async function until(condition) {
  const limit = AbortSignal.timeout(60_000);
  while (!(await condition())) {
    if (limit.aborted) throw new Error(`it never came true: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

for (const watched of [true, false]) {
  const by = watched ? "XMLHttpRequest" : "fetch";
  for (const [name, fault] of [
    ["lost in the middle of the upload", { action: "drop", when: "during", bytes: 500_000 }],
    ["reset in the middle of the upload", { action: "drop", when: "during", bytes: 500_000, reset: true }],
    ["lost after it was handled", { action: "drop", when: "after" }],
    ["cut off in the answer", { action: "truncate" }],
    ["answered by a page", { action: "html", status: 502, when: "after" }],
    ["answered by 20 MB of garbage", { action: "garbage", bytes: 20_000_000, when: "after" }],
    ["answered by a redirect", { action: "redirect", status: 302, when: "after", location: "/elsewhere" }],
  ]) {
    test(`a create that is ${name} (${by}) is paid for once`, async () => {
      await sandbox.faults.add([{ on: "create", ...fault }]);
      await start({ watched });
      const { video, ...failure } = await ended();
      assert.ok(video, JSON.stringify(failure));
      assert.equal(tasks(), 1);
      assert.equal(sandbox.ledger.faults.length, 1);
      assert.deepEqual(messages, []);
      // Chromium tells nothing of an upload that ends in a redirect.
      if (watched && fault.action !== "redirect") {
        const uploaded = await page.evaluate(() => window.progress.filter(({ phase }) => phase === "uploading").map(({ loadedBytes }) => loadedBytes));
        assert.ok(uploaded.some((bytes) => bytes > 0));
      }
    });
  }
}

const SELDOM = { poll: { minIntervalMs: 600_000, maxIntervalMs: 600_000, timeoutMs: 3_600_000 }, retry: { minDelayMs: 600_000, maxDelayMs: 600_000 } };

test("being back online reads at once", async () => {
  await start(SELDOM);
  await until(() => tasks() === 1);
  await context.setOffline(true);
  await until(() => sandbox.ledger.creates[0].status === "succeed");
  assert.equal(requests().read, undefined);
  await context.setOffline(false);
  assert.ok((await ended()).video);
  assert.equal(requests().read, 1);
});

test("coming back to a page reads at once", async () => {
  await start(SELDOM);
  await until(() => sandbox.ledger.creates[0]?.status === "succeed");
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  assert.ok((await ended()).video);
  assert.equal(requests().read, 1);
});

test("a network that is gone for the create is waited for, and the create is settled", async () => {
  await sandbox.faults.add([{ on: "create", action: "delay", when: "after", ms: 300 }]);
  await start({ retry: { minDelayMs: 600_000, maxDelayMs: 600_000 } });
  await until(() => tasks() === 1);
  await context.setOffline(true);
  await page.waitForFunction(() => !navigator.onLine);
  await until(() => sandbox.ledger.creates[0].status === "succeed");
  await context.setOffline(false);
  assert.ok((await ended()).video);
  assert.equal(tasks(), 1);
  assert.equal(requests().create, 1);
});

test("a page that is reloaded while it waits goes on with the same task", async () => {
  sandbox.options.taskSeconds = 1;
  await start();
  await until(() => (requests().read ?? 0) > 0);
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.ok(kept.includes(sandbox.ledger.creates[0].taskId) && !kept.includes(KEY) && kept.length < 300);
  await open();
  await start();
  assert.ok((await ended()).video);
  assert.deepEqual([tasks(), requests().create], [1, 1]);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
});

for (const watched of [true, false]) {
  test(`a page that is reloaded while it uploads (${watched ? "XMLHttpRequest" : "fetch"}) pays once`, async () => {
    sandbox.options.uploadBytesPerSecond = 1_000_000;
    await start({ watched });
    await until(() => requests().create === 1);
    await open();
    sandbox.options.uploadBytesPerSecond = 0;
    await start({ watched });
    assert.ok((await ended()).video);
    assert.equal(tasks(), 1);
  });

  test(`an upload that is cancelled (${watched ? "XMLHttpRequest" : "fetch"}) stops at once and leaves no error behind`, async () => {
    sandbox.options.uploadBytesPerSecond = 200_000;
    await start({ watched });
    await until(() => requests().create === 1);
    const result = await page.evaluate(() => {
      window.controller.abort();
      return window.ended;
    });
    assert.equal(result.code, "aborted");
    assert.ok(result.externalTaskId);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    assert.deepEqual(messages, []);
    assert.equal(tasks(), 0);
    assert.equal(requests().create, 1);
  });
}

test("all waits of a page share one timer and one pair of listeners", async () => {
  await page.evaluate(() => {
    window.open = { timers: new Set(), listeners: 0 };
    const { setTimeout: set, clearTimeout: clear } = window;
    window.setTimeout = (run, ms) => {
      const timer = set(() => (window.open.timers.delete(timer), run()), ms);
      return window.open.timers.add(timer), timer;
    };
    window.clearTimeout = (timer) => (window.open.timers.delete(timer), clear(timer));
    for (const [target, event] of [[document, "visibilitychange"], [window, "online"]]) {
      const { addEventListener: add, removeEventListener: remove } = target;
      target.addEventListener = (type, ...rest) => (type === event && window.open.listeners++, add.call(target, type, ...rest));
      target.removeEventListener = (type, ...rest) => (type === event && window.open.listeners--, remove.call(target, type, ...rest));
    }
  });
  const open = () => page.evaluate(() => ({ timers: window.open.timers.size, listeners: window.open.listeners }));
  await page.evaluate((seldom) => {
    window.all = Array.from({ length: 5 }, () => (window.generate({ ...seldom, storage: undefined }), { controller: window.controller, ended: window.ended }));
  }, SELDOM);
  await until(() => tasks() === 5);
  await until(async () => (await open()).listeners === 2);
  assert.deepEqual(await open(), { timers: 1, listeners: 2 });
  const codes = await page.evaluate(() => Promise.all(window.all.map(({ controller, ended: end }) => (controller.abort(), end.then(({ code }) => code)))));
  assert.deepEqual(codes, Array(5).fill("aborted"));
  assert.deepEqual(await open(), { timers: 0, listeners: 0 });
});

test("long Base64 is decoded in pieces, and the page goes on in between", async () => {
  const found = await page.evaluate(async (image) => {
    const { validate } = await import("/kling-avatar/browser.js");
    const turnsOf = async (media) => {
      const { port1, port2 } = new MessageChannel();
      let turns = 0;
      port1.onmessage = () => port2.postMessage((turns += 1));
      port2.postMessage(turns);
      const { ok, image: { bytes } } = await validate({ image: media, audioId: "1", prompt: "She speaks" });
      port1.close();
      return { ok, bytes, isFree: turns >= 3 };
    };
    const url = `data:image/png;base64,${image}`;
    return [await turnsOf(image), await turnsOf(url), await turnsOf(new URL(url))];
  }, IMAGE);
  const bytes = Buffer.from(IMAGE, "base64").length;
  assert.deepEqual(found, Array(3).fill({ ok: true, bytes, isFree: true }));
});

test("without an answer a page is told what the two likely causes are, and where a gateway lists the pages it allows", async () => {
  const messages = await page.evaluate(async () => {
    const { AvatarClient } = await import("/kling-avatar/browser.js");
    const nowhere = "http://127.0.0.1:9";
    const retry = { maxAttempts: 1 };
    const clients = [{ gatewayUrl: `${nowhere}/avatar`, retry }, { apiKey: "sk-browser-test-1", baseUrl: nowhere, dangerouslyAllowBrowser: true, retry }];
    return Promise.all(clients.map((options) => new AvatarClient(options).getTask("1").catch(({ code, message }) => `${code}: ${message}`)));
  });
  for (const message of messages) assert.match(message, /^network: .*http:\/\/127\.0\.0\.1:9\. The network may be down.*CORS.*Content-Security-Policy.*port.*allowedOrigins/);
});
