import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startPageServer } from "../../npm/serve.mjs";

let root;
let server;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "kling-avatar-serve-"));
  for (const folder of ["www/sub", "dist", "www/.hidden"]) await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, "www/index.html"), "<!doctype html>page");
  await writeFile(join(root, "www/sub/voice.mp3"), "0123456789");
  await writeFile(join(root, "www/empty.txt"), "");
  await writeFile(join(root, "www/.hidden/key"), "secret");
  await writeFile(join(root, "dist/kling_avatar_bg.wasm"), "wasm");
  await writeFile(join(root, "secret.txt"), "secret");
  await symlink(join(root, "secret.txt"), join(root, "www/link.txt"));
  server = await startPageServer({ sandboxUrl: "http://localhost:1", root });
});
after(async () => {
  await server.close();
  await rm(root, { recursive: true });
});

/** A request whose path is sent exactly as given. */
function ask(path, { method = "GET", headers } = {}) {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: server.port, path, method, headers }, async (response) => {
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({ status: response.statusCode, headers: response.headers, body: String(Buffer.concat(chunks)) });
    });
    sent.on("error", reject).end();
  });
}

test("serves the page, the package and the configuration with their types", async () => {
  const expected = [
    ["/", "text/html; charset=utf-8", "<!doctype html>page"],
    ["/index.html?x=1", "text/html; charset=utf-8", "<!doctype html>page"],
    ["/kling-avatar/kling_avatar_bg.wasm", "application/wasm", "wasm"],
    ["/config.json", "application/json; charset=utf-8", '{"sandboxUrl":"http://localhost:1"}'],
    ["/sub/voice.mp3", "audio/mpeg", "0123456789"],
    ["/empty.txt", "text/plain; charset=utf-8", ""],
  ];
  for (const [path, type, body] of expected) {
    const answer = await ask(path);
    assert.deepEqual([answer.status, answer.headers["content-type"], answer.body], [200, type, body], path);
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
  }
});

test("gives nothing from outside its two folders", async () => {
  const paths = ["/../secret.txt", "/sub/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/..%5csecret.txt"];
  paths.push("/link.txt", "/.hidden/key", "//secret.txt", "/kling-avatar/../../secret.txt", "/sub", "/sub/", "/%00", "/%ff", "/nothing");
  for (const path of paths) {
    const { status, body } = await ask(path);
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
    assert.ok(!body.includes("secret"), path);
  }
});

test("answers byte ranges as media elements ask for them", async () => {
  const ranges = [
    ["bytes=2-4", 206, "bytes 2-4/10", "234"],
    ["bytes=7-", 206, "bytes 7-9/10", "789"],
    ["bytes=-3", 206, "bytes 7-9/10", "789"],
    ["bytes=0-99", 206, "bytes 0-9/10", "0123456789"],
    ["bytes=10-", 416, "bytes */10", "416\n"],
    ["bytes=4-2", 200, undefined, "0123456789"],
    ["lines=1-2", 200, undefined, "0123456789"],
  ];
  for (const [range, status, contentRange, body] of ranges) {
    const answer = await ask("/sub/voice.mp3", { headers: { range } });
    assert.deepEqual([answer.status, answer.headers["content-range"], answer.body], [status, contentRange, body], range);
  }
});

test("answers HEAD without a body and refuses other methods", async () => {
  const head = await ask("/sub/voice.mp3", { method: "HEAD" });
  assert.deepEqual([head.status, head.headers["content-length"], head.body], [200, "10", ""]);
  const post = await ask("/", { method: "POST" });
  assert.deepEqual([post.status, post.headers.allow], [405, "GET, HEAD"]);
});

test("says in one line that a port is in use", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address();
  await assert.rejects(startPageServer({ port, sandboxUrl: "", root }), {
    message: `Port ${port} for the page is in use: stop the program that has it, or choose another port.`,
  });
  other.close();
});
