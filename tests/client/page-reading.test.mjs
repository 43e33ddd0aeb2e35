// The module of pages reads files in Node, whose streams fill memory as those of browsers do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AvatarClient } from "../../dist/inline.js";
import { png } from "../sandbox/fixtures.mjs";
import { reader, readingTests } from "./reading.mjs";

readingTests(AvatarClient);

/** A file whose stream gives its bytes in pieces of these lengths, and what it does not have as zeros. */
function streaming(bytes, lengths) {
  const pieces = lengths();
  let at = 0;
  const pull = (controller) => {
    const { value, done } = pieces.next();
    if (done) {
      controller.close();
      return controller.byobRequest?.respond(0);
    }
    const piece = new Uint8Array(value);
    piece.set(bytes.subarray(at, at + value));
    at += value;
    return controller.enqueue(piece);
  };
  return Object.assign(new Blob([bytes]), { stream: () => new ReadableStream({ type: "bytes", pull }) });
}

test("a file whose stream gives less, more or nothing any more is not sent, and one in pieces of any length is", async () => {
  const { create, photos } = await reader(AvatarClient);
  const bytes = png(300, 300, 20_000);
  const [first, rest] = [10_001, bytes.length - 10_001];
  const wrong = [
    function* () { yield bytes.length - 1; },
    function* () { yield first; throw new Error("gone"); },
    function* () { yield first; yield rest + 1; },
  ];
  for (const lengths of wrong) {
    const refused = create(streaming(bytes, lengths));
    await assert.rejects(refused, ({ code, problems }) => code === "invalid_input" && problems[0].field === "image");
  }
  assert.equal(photos().length, 0);
  const right = [
    function* () { yield first; yield rest; throw new Error("asked again after the last byte"); },
    function* () { yield* Array.from(bytes, () => 1); },
  ];
  for (const lengths of right) await create(streaming(bytes, lengths));
  await create(new Blob([bytes]));
  assert.deepEqual([photos().length, new Set(photos()).size], [3, 1]);
});
