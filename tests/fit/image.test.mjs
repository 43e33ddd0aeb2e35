// fitImage in Chromium: real files in, and what comes out is judged by the package's own core and by ffprobe.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBench } from "./bench.mjs";
import { HEIC, colours, facts, made, oriented } from "./media.mjs";

let bench;
before(async () => (bench = await startBench()));
after(() => bench?.close());

const fit = (bytes, options, then) => bench.fit("fitImage", bytes, options, then);
const jpeg = (width, height) => made("a.jpg", ...colours(width, height), "-q:v", "2");

/** The colours near the corners: above left, above right, below left, below right. */
const corners = async (file) => {
  const picture = await createImageBitmap(file);
  const pen = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  pen.drawImage(picture, 0, 0);
  const names = { "100": "red", "010": "green", "001": "blue", "111": "white", "000": "black" };
  return [[0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]].map(([x, y]) => {
    const [r, g, b] = pen.getImageData(x * picture.width, y * picture.height, 1, 1).data;
    return names[[r, g, b].map((part) => Number(part > 128)).join("")];
  });
};

function assertTaken({ failed, problems, report, width, height, bytes }) {
  assert.deepEqual([failed, problems], [undefined, []]);
  assert.deepEqual([report.width, report.height, report.bytes], [width, height, bytes.length]);
}

const FORMATS = [
  ["WebP", () => made("a.webp", ...colours(640, 480))],
  ["AVIF", () => made("a.avif", ...colours(640, 480), "-c:v", "libaom-av1", "-still-picture", "1", "-cpu-used", "8")],
  ["GIF", () => made("a.gif", ...colours(640, 480))],
  ["BMP", () => made("a.bmp", ...colours(640, 480))],
  ["SVG", () => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480">
    <path fill="red" d="M0 0h320v240H0z"/><path fill="lime" d="M320 0h320v240H320z"/><path fill="blue" d="M0 240h320v240H0z"/></svg>`)],
];
for (const [name, make] of FORMATS) {
  test(`${name} becomes a JPEG`, async () => {
    const mime = name === "SVG" ? "image/svg+xml" : ""; // the only one that is not told by its content
    const fitted = await fit(await make(), { as: "me.at home.bin", mime }, corners);
    assertTaken(fitted);
    assert.deepEqual([fitted.report.format, fitted.type, fitted.name], ["jpeg", "image/jpeg", "me.at home.jpg"]);
    assert.deepEqual([fitted.width, fitted.height, fitted.changed], [640, 480, ["converted"]]);
    assert.deepEqual(fitted.extra, ["red", "green", "blue", "white"]);
  });
}

test("a photo that is taken as it is comes back untouched", async () => {
  for (const [name, bytes] of [["a.jpg", await jpeg(400, 300)], ["a.png", await made("a.png", ...colours(400, 300))]]) {
    const fitted = await fit(bytes, { as: name });
    assert.deepEqual([fitted.same, fitted.changed, fitted.width, fitted.height], [true, [], 400, 300]);
    assert.deepEqual(fitted.crop, { x: 0, y: 0, width: 400, height: 300 });
  }
});

const TURNED = {
  1: ["red", "green", "blue", "white"], 2: ["green", "red", "white", "blue"], 3: ["white", "blue", "green", "red"],
  4: ["blue", "white", "red", "green"], 5: ["red", "blue", "green", "white"], 6: ["blue", "red", "white", "green"],
  7: ["white", "green", "blue", "red"], 8: ["green", "white", "red", "blue"],
};
for (const [orientation, expected] of Object.entries(TURNED)) {
  for (const format of ["jpeg", "png"]) {
    test(`EXIF orientation ${orientation} of a ${format.toUpperCase()} comes out upright`, async () => {
      const plain = format === "png" ? await made("a.png", ...colours(600, 400)) : await jpeg(600, 400);
      const given = oriented(plain, Number(orientation), { little: orientation % 2 === 0 });
      const fitted = await fit(given, {}, corners);
      const sideways = orientation >= 5;
      const isSame = orientation === "1";
      assertTaken(fitted);
      assert.deepEqual([fitted.width, fitted.height], sideways ? [400, 600] : [600, 400]);
      assert.deepEqual(fitted.changed, isSame ? [] : ["rotated", format === "png" ? "converted" : "compressed"]);
      assert.deepEqual(fitted.extra, expected);
      assert.equal(/Exif|eXIf/.test(fitted.bytes.toString("latin1")), isSame);
    });
  }
}

test("turns by hand, from what is upright", async () => {
  const given = oriented(await jpeg(600, 400), 6);
  const fitted = await fit(given, { rotate: 90, crop: { x: 0, y: 0, width: 600, height: 300 } }, corners);
  assertTaken(fitted);
  assert.deepEqual([fitted.width, fitted.height, fitted.changed], [600, 300, ["rotated", "cropped", "compressed"]]);
  assert.deepEqual(fitted.extra.slice(0, 2), ["white", "blue"]);
  const mirrored = await fit(oriented(await made("a.png", ...colours(600, 400)), 5), { rotate: 270 }, corners);
  assert.deepEqual([mirrored.width, mirrored.extra], [600, ["blue", "white", "red", "green"]]);
});

test("cuts what is too wide in the middle, and what is too tall nearer to the top", async () => {
  const wide = await fit(await jpeg(3000, 500));
  assertTaken(wide);
  assert.deepEqual([wide.crop, wide.changed], [{ x: 875, y: 0, width: 1250, height: 500 }, ["cropped", "compressed"]]);
  const tall = await fit(await jpeg(400, 1600));
  assertTaken(tall);
  assert.deepEqual(tall.crop, { x: 0, y: 200, width: 400, height: 1000 });
});

test("a photo of 12 megapixels and over 10 MB keeps its pixels", async () => {
  const given = await made("a.png", "-f", "lavfi", "-i", "nullsrc=s=4000x3000,geq=random(1)*255:128:128", "-frames:v", "1");
  assert.ok(given.length > 10_485_760, `${given.length} bytes are none too many`);
  const fitted = await fit(given);
  assertTaken(fitted);
  assert.deepEqual([fitted.width, fitted.height, fitted.changed], [4000, 3000, ["converted"]]);
  assert.ok(fitted.report.bytes <= 10_485_760);
});

test("what has too many bytes loses quality first, then pixels, and is refused at last", async () => {
  const given = await made("a.png", "-f", "lavfi", "-i", "nullsrc=s=800x600,geq=random(1)*255:128:128", "-frames:v", "1");
  const less = await fit(given, { limits: { imageMaxBytes: 250_000 } });
  assertTaken(less);
  assert.deepEqual([less.width, less.changed, less.bytes.length <= 250_000], [800, ["converted"], true]);
  const fewer = await fit(given, { limits: { imageMaxBytes: 80_000 } });
  assertTaken(fewer);
  assert.deepEqual([fewer.width < 800, fewer.changed, fewer.bytes.length <= 80_000], [true, ["scaled_down", "converted"], true]);
  const none = await fit(given, { limits: { imageMaxBytes: 1000 } });
  assert.equal(none.failed.problem, "too_large");
});

test("limits that are misnamed or no numbers are told, and those left undefined are the documented ones", async () => {
  const given = await made("a.png", ...colours(400, 300));
  for (const limits of [{ imageMaxByte: 1 }, { toString: 1 }, { imageMaxBytes: "1" }, { imageMaxBytes: NaN }]) {
    assert.match((await fit(given, { limits })).failed.message, new RegExp(`^limits\\.${Object.keys(limits)[0]} .*imageMaxBytes`));
  }
  assert.deepEqual((await fit(given, { limits: { imageMaxBytes: undefined } })).changed, []);
});

test("too few pixels are refused, and made more of only when asked", async () => {
  const given = await jpeg(200, 260);
  const { failed } = await fit(given);
  assert.deepEqual([failed.is, failed.code, failed.field, failed.problem, failed.retryable], [true, "invalid_input", "image", "too_small_dimensions", false]);
  assert.match(failed.message, /200 × 260.*at least 300.*enlarge/);
  const fitted = await fit(given, { enlarge: true });
  assertTaken(fitted);
  assert.deepEqual([fitted.width, fitted.height, fitted.changed], [300, 390, ["scaled_up", "compressed"]]);
});

test("scaling the narrowest part that is allowed keeps it allowed", async () => {
  assertTaken(await fit(await jpeg(1000, 200), { enlarge: true, crop: { x: 0, y: 0, width: 499, height: 200 } }));
  const given = await made("a.png", "-f", "lavfi", "-i", "nullsrc=s=1010x404,geq=random(1)*255:128:128", "-frames:v", "1");
  const fitted = await fit(given, { limits: { imageMaxBytes: 120_000 } });
  assertTaken(fitted);
  assert.ok(fitted.changed.includes("scaled_down"));
});

test("transparency becomes the colour asked for, and stays in a PNG", async () => {
  const given = await made("a.png", "-f", "lavfi", "-i", "color=black@0.0:s=400x400,format=rgba", "-frames:v", "1");
  const alpha = async (file) => {
    const pen = new OffscreenCanvas(1, 1).getContext("2d");
    pen.drawImage(await createImageBitmap(file), 0, 0);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  assert.deepEqual((await fit(given, { type: "image/jpeg" }, alpha)).extra, [255, 255, 255, 255]);
  assert.deepEqual((await fit(given, { type: "image/jpeg", background: "lime" }, corners)).extra[0], "green");
  const png = await fit(given, { type: "image/png", crop: { x: 0, y: 0, width: 300, height: 300 } }, alpha);
  assert.deepEqual([png.extra[3], png.report.format, png.name], [0, "png", "given.png"]);
  assert.equal((await facts(png.bytes)).codec, "png");
});

const REFUSED = [
  ["a photo of an iPhone, which this browser cannot decode", () => HEIC, {}, "unsupported_format", /cannot decode HEIC\. Safari 17/],
  ["words", () => Buffer.from("no picture"), {}, "unsupported_format", /not a picture that this browser can decode/],
  ["half a header", async () => (await jpeg(400, 300)).subarray(0, 40), {}, "corrupt", /JPEG file is damaged/],
  ["nothing", () => Buffer.alloc(0), {}, "empty", /empty/],
  ["a part outside", () => jpeg(400, 300), { crop: { x: 200, y: 0, width: 300, height: 300 } }, "invalid_value", /within the picture of 400 × 300/],
  ["a part that is no number", () => jpeg(400, 300), { crop: { x: 0, y: 0, width: Number.NaN, height: 300 } }, "invalid_value", /within/],
  ["a part too narrow", () => jpeg(1200, 400), { crop: { x: 0, y: 0, width: 1200, height: 400 } }, "aspect_ratio", /at most 2\.5/],
  ["another type", () => jpeg(400, 300), { type: "image/webp" }, "invalid_value", /image\/jpeg or image\/png/],
  ["a turn by a little", () => jpeg(400, 300), { rotate: 45 }, "invalid_value", /0, 90, 180 or 270/],
];
for (const [what, make, options, problem, words] of REFUSED) {
  test(`refuses ${what}`, async () => {
    const { failed } = await fit(await make(), options);
    assert.deepEqual([failed?.is, failed?.code, failed?.problem], [true, "invalid_input", problem], failed?.message);
    assert.match(failed.message, words);
  });
}

test("what cannot be read any more is refused as the core refuses it", async () => {
  const told = await bench.page.evaluate(async () => {
    const { decodeImage, decodeSound, fitImage, imageOrientation } = await import("/kling-avatar/fit.js");
    const gone = () => Promise.reject(new DOMException("It is gone.", "NotFoundError"));
    const file = Object.assign(new File(["words"], "gone.jpg"), { arrayBuffer: gone, slice: () => ({ arrayBuffer: gone }) });
    const problem = (work) => work(file).then(() => "taken", ({ name, code, problems, cause }) => [name, code, problems?.[0].code, problems?.[0].message, cause?.name].join(" | "));
    return Promise.all([decodeImage, decodeSound, fitImage, imageOrientation].map(problem));
  });
  for (const words of told) assert.match(words, /^AvatarError \| invalid_input \| corrupt \| .*cannot be read\. It may be a folder.* \| NotFoundError$/);
});

test("stops at once when its signal says so", async () => {
  const errors = await bench.page.evaluate(async () => {
    const { AvatarError, decodeImage, fitImage } = await import("/kling-avatar/fit.js");
    const file = await new Promise((resolve) => Object.assign(document.createElement("canvas"), { width: 3000, height: 2000 }).toBlob(resolve));
    const told = async (work) => work.then(() => "done", (error) => [error instanceof AvatarError, error.code, error.cause]);
    const later = new AbortController();
    const started = decodeImage(file, { signal: later.signal });
    later.abort("enough");
    return Promise.all([
      told(fitImage(file, { signal: AbortSignal.abort("before") })),
      told(started),
      told(fitImage(file, { signal: "no signal" })),
    ]);
  });
  assert.deepEqual(errors.map(([is, code, cause]) => [is, code, cause ?? null]), [[true, "aborted", "before"], [true, "aborted", "enough"], [true, "configuration", null]]);
});

test("a decoded picture is fitted again and again, and works in a worker", async () => {
  const found = await bench.page.evaluate(async () => {
    const { decodeImage, fitImage } = await import("/kling-avatar/fit.js");
    const canvas = Object.assign(document.createElement("canvas"), { width: 1000, height: 800 });
    canvas.getContext("2d");
    const picture = await decodeImage(await new Promise((resolve) => canvas.toBlob(resolve)));
    const sizes = [];
    for (const width of [400, 500]) {
      const fitted = await fitImage(picture, { crop: { x: 10, y: 10, width, height: 300 } });
      sizes.push([fitted.width, fitted.height, fitted.file.name, ...fitted.changed]);
    }
    const code = `import { fitImage } from "${location.origin}/kling-avatar/fit.js";
      onmessage = ({ data }) => fitImage(data).then(({ file, changed }) => postMessage([file.type, ...changed]));`;
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })), { type: "module" });
    worker.postMessage(await new Promise((resolve) => canvas.toBlob(resolve, "image/webp")));
    return [...sizes, await new Promise((resolve, reject) => Object.assign(worker, { onerror: reject, onmessage: ({ data }) => resolve(data) }))];
  });
  assert.deepEqual(found, [
    [400, 300, "photo.jpg", "cropped", "converted"],
    [500, 300, "photo.jpg", "cropped", "converted"],
    ["image/jpeg", "converted"],
  ]);
});

test("brings neither the WebAssembly module nor the client along", async () => {
  await bench.page.reload();
  bench.seen.requests.length = 0;
  await bench.page.evaluate(() => import("/kling-avatar/fit.js"));
  const loaded = bench.seen.requests.map(({ url }) => new URL(url).pathname.replace("/kling-avatar/", "")).sort();
  assert.ok(loaded.includes("fit.js"));
  assert.deepEqual(loaded.filter((name) => !/^(fit(-[a-z]+)?|error|limits)\.js$/.test(name)), []);
});
