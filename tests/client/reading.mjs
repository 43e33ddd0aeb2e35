// Files that are read in several steps, for each of the two modules: that of servers, and that of pages in Node, too.
import assert from "node:assert/strict";
import { openAsBlob } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { png, wav } from "../sandbox/fixtures.mjs";
import { startSandbox } from "../sandbox/server.mjs";

const PHOTO = png(300, 300, 4_000_000).map((byte, at) => (at < 4000 ? byte : at >> 9));
const PROBED_BYTES = 1_000_000;
const MOST_READ_OF_TOO_LARGE = 1 << 20;

/** A client of a module that is given, and what its sandbox was sent. */
export async function reader(AvatarClient) {
  const sandbox = await startSandbox({ port: 0, options: { concurrency: 1000 } });
  after(() => sandbox.close());
  const client = new AvatarClient({ apiKey: "sk-client-test-1", baseUrl: sandbox.url });
  const create = (image) => client.createTask({ image, soundFile: new Blob([wav(2.5)]), prompt: "She speaks" });
  const photos = () => sandbox.ledger.read().creates.map((each) => each.image.sha256);
  const check = (fields) => client.validate({ image: PHOTO, soundFile: wav(2.5), prompt: "She speaks", ...fields });
  return { create, photos, check };
}

/** Begins the tests that hold for both modules. */
export function readingTests(AvatarClient) {
  test("a file of several slices arrives whole, from memory, from a disk and from a class of the caller's", async (t) => {
    const { create, photos } = await reader(AvatarClient);
    const folder = await mkdtemp(join(tmpdir(), "kling-avatar-"));
    t.after(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "photo"), PHOTO);
    const own = PHOTO.slice();
    for (const image of [PHOTO, new Blob([PHOTO]), await openAsBlob(join(folder, "photo")), new Own(own)]) await create(image);
    assert.equal(photos().length, 4);
    assert.equal(new Set(photos()).size, 1);
    assert.equal(own.length, PHOTO.length, "memory of the caller's stays the caller's");
  });

  test("a file whose later slices are shorter, longer or gone is not sent", async () => {
    const { create, photos } = await reader(AvatarClient);
    const shorter = (from, to) => PHOTO.slice(from, to - 1);
    const longer = (from, to) => PHOTO.slice(from - 1, to);
    const nothing = () => new Uint8Array(0);
    const gone = () => { throw new Error("gone"); };
    for (const wrong of [shorter, longer, nothing, gone]) {
      const refused = create(sliced((from, to) => (from > 0 && to - from > PROBED_BYTES ? wrong(from, to) : PHOTO.slice(from, to))));
      await assert.rejects(refused, ({ code, problems }) => code === "invalid_input" && problems[0].field === "image");
    }
    await create(sliced((from, to) => PHOTO.slice(from, to)));
    assert.equal(photos().length, 1);
  });

  for (const [field, name, head, unit] of ENDLESS) {
    for (const size of [10_485_761, 500_000_000]) {
      test(`${size} bytes of ${name} are refused for their number after a look`, async () => {
        const { check } = await reader(AvatarClient);
        const file = endless(head, unit, size);
        const { problems } = await check({ [field]: file });
        assert.deepEqual(problems.map(({ field, code }) => `${field} ${code}`), [`${field} too_large`]);
        assert.ok(file.read <= MOST_READ_OF_TOO_LARGE, `${file.read} bytes were read`);
      });
    }
  }

  test("a file that is too large is still told for what it is", async () => {
    const { check } = await reader(AvatarClient);
    const image = png(1200, 300, 11_000_000);
    const { problems, ...found } = await check({ image, soundFile: wav(400) });
    const codes = problems.map(({ field, code }) => `${field} ${code}`);
    assert.deepEqual(codes, ["image too_large", "image aspect_ratio", "soundFile too_large", "soundFile too_long"]);
    assert.deepEqual([found.image.width, found.soundFile.durationSeconds], [1200, 400]);
    const other = endless(bytes("RIFF....WEBPVP8 "), bytes("."), 400_000_000);
    const { problems: of } = await check({ image: other });
    assert.deepEqual(of.map(({ code, actual }) => [code, actual]), [["too_large", 400_000_000], ["unsupported_format", "webp"]]);
  });

  test("Base64 of a file that is too large is told for what it is, too", async () => {
    const { check } = await reader(AvatarClient);
    const image = Buffer.from(png(1200, 300, 11_000_000));
    const { problems } = await check({ image: image.toString("base64") });
    assert.deepEqual(problems.map(({ code, actual }) => [code, actual]), [["too_large", image.length], ["aspect_ratio", 4]]);
  });
}

const bytes = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const JPEG_HEAD = bytes([0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 4, 0, 4, 0, 1, 1, 0x11, 0]);
/** One frame of AAC: 1024 samples of silence at 44.1 kHz in 8 bytes, of which no header tells how many there are. */
const ADTS_FRAME = [0xff, 0xf1, 0x50, 0x80, 0x01, 0x1f, 0xfc, 0];

/** Files that only their end, if anything, would tell more of: what they are, how they begin, and what comes again and again. */
const ENDLESS = [
  ["image", "image data of a JPEG", bytes(JPEG_HEAD, [0xff, 0xda, 0, 2]), bytes("no marker. ")],
  ["image", "segments of a JPEG", JPEG_HEAD, bytes([0xff, 0xe0, 0, 4, 0, 0])],
  ["image", "noise behind the beginning of a JPEG", JPEG_HEAD.subarray(0, 4), bytes("noise")],
  ["image", "chunks of a PNG", png(400, 400).subarray(0, 33), bytes([0, 0, 0, 0], "tEXt", [0, 0, 0, 0])],
  ["soundFile", "frames of AAC", [], bytes(ADTS_FRAME)],
  ["soundFile", "boxes of an M4A", bytes([0, 0, 0, 16], "ftypM4A ", [0, 0, 0, 0]), bytes([0, 0, 0, 8], "free")],
];

/** No Blob, but enough of one, that counts what is read of it. */
function endless(head, unit, size) {
  const file = { size, read: 0, arrayBuffer() {} };
  file.slice = (from, to) => ({
    arrayBuffer: async () => {
      file.read += to - from;
      return Uint8Array.from({ length: to - from }, (_, at) => byteAt(from + at)).buffer;
    },
  });
  const byteAt = (at) => (at < head.length ? head[at] : unit[(at - head.length) % unit.length]);
  return file;
}

/** No Blob, but enough of one. */
function sliced(bytesOf) {
  const slice = (from, to) => ({ arrayBuffer: async () => bytesOf(from, to).buffer });
  return { size: PHOTO.length, slice, arrayBuffer() {} };
}

/** A Blob that gives views of its own memory. */
class Own extends Blob {
  constructor(bytes) {
    super([bytes]);
    this.bytes = bytes;
  }
  slice(from, to) {
    return new Own(this.bytes.subarray(from, to));
  }
  stream() {
    const start = (controller) => (controller.enqueue(this.bytes), controller.close());
    return new ReadableStream({ start });
  }
}
