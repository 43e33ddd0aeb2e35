import assert from "node:assert/strict";
import { test } from "node:test";
import { base64, png, wav } from "./fixtures.mjs";
import { ORIGIN, created, inProcess } from "./in-process.mjs";
import { isLoopback } from "./media.mjs";

const FILES = /** @type {Record<string, Uint8Array>} */ ({ "/photo.png": png(320, 400), "/small.png": png(200, 200), "/voice.wav": wav(4), "/long.wav": wav(70), "/huge.png": png(300, 300, 11_000_000) });

/** A sandbox that can fetch FILES, and tells what it made videos of. @param {Partial<import("./options.mjs").Options>} [options] */
function withFiles(options) {
  /** @type {any[]} */
  const made = [];
  /** @type {string[]} */
  const fetched = [];
  const sandbox = inProcess({
    options,
    fetch: /** @type {typeof fetch} */ (async (url) => {
      fetched.push(String(url));
      const file = FILES[new URL(String(url)).pathname];
      return file ? new Response(Buffer.from(file)) : new Response(null, { status: 404 });
    }),
    makeVideo: async (media) => {
      made.push(media);
      return { bytes: new Uint8Array(1), durationSeconds: 4 };
    },
  });
  const finish = async (/** @type {Record<string, unknown>} */ fields) => {
    const { task_id } = await created(sandbox, fields);
    for (;;) {
      await sandbox.clock.advance(31_000);
      await new Promise(setImmediate);
      const { data } = await (await sandbox.read(task_id)).json();
      if (data.task_status !== "processing") return data;
    }
  };
  return { ...sandbox, made, fetched, finish };
}

test("media on this machine are fetched and checked while the task is processed", async () => {
  const sandbox = withFiles();
  const task = await sandbox.finish({ image: "http://127.0.0.1:1/photo.png", sound_file: "http://localhost:1/voice.wav" });
  assert.equal(task.task_status, "succeed");
  assert.deepEqual([sandbox.made[0].image, sandbox.made[0].sound], [FILES["/photo.png"], FILES["/voice.wav"]]);
  const [charge] = (await sandbox.ledger()).creates;
  assert.deepEqual([charge.image, charge.sound, charge.seconds], [{ url: "http://127.0.0.1:1/photo.png" }, { url: "http://localhost:1/voice.wav" }, 4]);
});

for (const [name, fields, reason] of /** @type {const} */ ([
  ["are missing", { image: "http://127.0.0.1:1/none.png" }, /none.png answers 404/],
  ["are too small", { image: "http://127.0.0.1:1/small.png" }, /200 x 200/],
  ["are too large", { image: "http://127.0.0.1:1/huge.png" }, /more than 10485760 bytes/],
  ["last too long", { sound_file: "http://127.0.0.1:1/long.wav" }, /lasts 70.000 s/],
])) {
  test(`the task fails when its media ${name}`, async () => {
    const task = await withFiles().finish(fields);
    assert.equal(task.task_status, "failed");
    assert.match(task.task_status_msg, reason);
  });
}

test("media on other machines are not fetched: the video has placeholders", async () => {
  const sandbox = withFiles();
  const task = await sandbox.finish({ image: "https://example.com/photo.png", sound_file: "https://example.com/voice.wav" });
  assert.equal(task.task_status, "succeed");
  assert.deepEqual([sandbox.fetched, sandbox.made[0].image, sandbox.made[0].sound], [[], undefined, undefined]);
});

test("unless that is allowed", async () => {
  const sandbox = withFiles({ allowRemote: true });
  await sandbox.finish({ image: "https://example.com/photo.png" });
  assert.deepEqual(sandbox.made[0].image, FILES["/photo.png"]);
});

test("the sandbox's own files need no network", async () => {
  const sandbox = withFiles();
  const speech = (await (await sandbox.speak()).json()).data.task_result.audios[0];
  assert.ok(speech.url.startsWith(`${ORIGIN}/files/`));
  sandbox.api.files.put("voice.wav", { bytes: wav(3), type: "audio/wav" });
  const task = await sandbox.finish({ sound_file: `${ORIGIN}/files/voice.wav` });
  assert.equal(task.task_status, "succeed");
  assert.deepEqual([sandbox.fetched, sandbox.made[0].sound], [[], wav(3)]);
});

test("a watermarked video is given on demand", async () => {
  const { task_result } = await withFiles().finish({ image: base64(png(300, 300)), watermark_info: { enabled: true } });
  assert.match(task_result.videos[0].watermark_url, /^http:\/\/sandbox\.test\/files\/.*watermark/);
});

test("loopback is told from what only looks like it", () => {
  for (const url of ["http://127.0.0.1/", "http://127.9.9.9:80/", "http://localhost/", "http://app.localhost/", "http://[::1]/", "http://2130706433/"]) assert.ok(isLoopback(url), url);
  for (const url of ["http://127.0.0.1.example.com/", "http://localhost.example.com/", "http://10.0.0.1/", "http://notlocalhost/", "http://[::2]/"]) assert.ok(!isLoopback(url), url);
});
