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

/** A client of a module that is given, and what its sandbox was sent. */
export async function reader(AvatarClient) {
  const sandbox = await startSandbox({ port: 0, options: { concurrency: 1000 } });
  after(() => sandbox.close());
  const client = new AvatarClient({ apiKey: "sk-client-test-1", baseUrl: sandbox.url });
  const create = (image) => client.createTask({ image, soundFile: new Blob([wav(2.5)]), prompt: "She speaks" });
  const photos = () => sandbox.ledger.read().creates.map((each) => each.image.sha256);
  return { create, photos };
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
