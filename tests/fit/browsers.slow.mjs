// The packed package's fit entry in Firefox and WebKit: what such a browser decodes becomes what the core takes, and what it
// does not is refused with the name of the format. Which of the two it is differs by browser and by system.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { withChromium, withFirefox, withWebkit } from "../conformance/runtimes/browsers.mjs";
import { installRuntimes } from "../conformance/stand.mjs";
import { installTarball } from "../package/tarball.mjs";
import { HEIC, colours, made, oriented, tones } from "./media.mjs";

const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' blob:; media-src 'self' blob:";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const video = ["-f", "lavfi", "-i", "color=navy:s=320x240:r=10", ...tones(6), "-shortest"];

/** By name: what has to become of it everywhere; nothing where that is the browser's business. */
const EXPECTED = {
  "turned.jpg": { width: 400, height: 600, changed: ["rotated", "compressed"] },
  "turned.png": { width: 400, height: 600, changed: ["rotated", "converted"] },
  "wide.png": { width: 1000, height: 400, changed: ["cropped", "converted"] },
  "photo.webp": { width: 640, height: 480, changed: ["converted"] },
  "photo.avif": undefined,
  "photo.heic": undefined,
  "long.wav": { durationSeconds: 60, sampleRate: 32_000, changed: ["trimmed", "converted"] },
  "hiss.wav": { durationSeconds: 60, sampleRate: 32_000, changed: ["trimmed", "converted"], loudness: 0 },
  "talk.ogg": undefined,
  "talk.flac": undefined,
  "talk.webm": undefined,
  "clip.mp4": undefined,
};

const SUITE = `
import { AvatarError, fitImage, fitSound } from "/node_modules/kling-avatar/dist/fit.js";
import { validate } from "/node_modules/kling-avatar/dist/browser.js";

async function fitted(name) {
  const field = /jpg|png|webp|avif|heic/.test(name) && !/talk/.test(name) ? "image" : "soundFile";
  const given = new File([await (await fetch("/given/" + name)).blob()], name);
  try {
    const { file, ...rest } = await (field === "image" ? fitImage : fitSound)(given);
    const { problems } = await validate({ image: null, soundFile: null, prompt: "-", [field]: file });
    const loudness = name === "hiss.wav" ? await percentOf(file) : undefined;
    return { ...rest, loudness, problems: problems.filter((problem) => problem.field === field) };
  } catch (error) {
    return { refused: error instanceof AvatarError ? error.problems?.map(({ code, message }) => code + ": " + message) : String(error?.stack ?? error) };
  }
}

/** How loud the second in the middle is. */
async function percentOf(file) {
  const second = new Int16Array(await file.slice(44 + 64_000 * 30, 44 + 64_000 * 31).arrayBuffer());
  return Math.round((100 * Math.max(...second)) / 32_767);
}

const results = {};
try {
  for (const name of ${JSON.stringify(Object.keys(EXPECTED))}) results[name] = await fitted(name);
} finally {
  await fetch("/results", { method: "POST", body: JSON.stringify(results) });
}`;

let installed;
let given;
before(async () => {
  await installRuntimes();
  installed = await installTarball();
  given = {
    "turned.jpg": oriented(await made("a.jpg", ...colours(600, 400), "-q:v", "2"), 6),
    "turned.png": oriented(await made("a.png", ...colours(600, 400)), 6),
    "wide.png": await made("a.png", ...colours(1600, 400)),
    "photo.webp": await made("a.webp", ...colours(640, 480)),
    "photo.avif": await made("a.avif", ...colours(640, 480), "-c:v", "libaom-av1", "-still-picture", "1", "-cpu-used", "8"),
    "photo.heic": HEIC,
    "long.wav": await made("a.wav", ...tones(70), "-ar", "44100", "-ac", "2"),
    // Too high for the rate that it gets.
    "hiss.wav": await made("a.wav", "-f", "lavfi", "-i", "sine=f=20000:r=48000:d=61,volume=4", "-ac", "1"),
    "talk.ogg": await made("a.ogg", ...tones(6), "-c:a", "libvorbis"),
    "talk.flac": await made("a.flac", ...tones(6)),
    "talk.webm": await made("a.webm", ...tones(6), "-c:a", "libopus"),
    "clip.mp4": await made("a.mp4", ...video, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"),
  };
});
after(() => installed?.remove());

/** Shows the suite in a browser; resolves with what it found. */
async function run(visit) {
  let tell;
  const told = new Promise((resolve) => (tell = resolve));
  const server = createServer((request, response) => {
    response.setHeader("content-security-policy", POLICY);
    answer(request, response).catch(() => response.writeHead(404).end());
  });
  async function answer(request, response) {
    const { pathname } = new URL(request.url, "http://localhost");
    if (pathname === "/results") {
      tell(JSON.parse((await request.toArray()).join("")));
      return response.writeHead(204).end();
    }
    response.setHeader("content-type", TYPES[extname(pathname)] ?? "application/octet-stream");
    if (pathname === "/suite.html") return response.end('<!doctype html><script type="module" src="/suite.js"></script>');
    if (pathname === "/suite.js") return response.end(SUITE);
    if (pathname.startsWith("/given/")) return response.end(given[pathname.slice("/given/".length)]);
    return response.end(await readFile(join(installed.project, pathname)));
  }
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await visit(`http://127.0.0.1:${server.address().port}/suite.html`);
    return await told;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

for (const [browser, within] of Object.entries({ Chromium: withChromium, Firefox: withFirefox, WebKit: withWebkit })) {
  test(`${browser} fits what it decodes, and names what it does not`, { timeout: 180_000 }, async (t) => {
    const results = await within(run);
    for (const [name, expected] of Object.entries(EXPECTED)) {
      const { refused, problems, ...fitted } = results[name] ?? {};
      t.diagnostic(`${name}: ${refused ?? fitted.changed}`);
      if (expected === undefined && refused !== undefined) {
        assert.ok(Array.isArray(refused) && /^unsupported_format: .*cannot decode (HEIC|AVIF|Ogg|WebM|MP4)|^corrupt: The (FLAC|AVIF)/.test(refused[0]), `${name}: ${refused}`);
        continue;
      }
      assert.deepEqual([name, refused, problems], [name, undefined, []]);
      for (const [key, value] of Object.entries(expected ?? {})) assert.deepEqual(fitted[key], value, `${name}: ${key}`);
    }
  });
}
