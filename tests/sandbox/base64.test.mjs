import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeBase64 } from "./base64.mjs";

test("decodes what Node encodes, at every length", () => {
  for (let length = 1; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 73 + length * 31) & 255);
    assert.deepEqual(decodeBase64(Buffer.from(bytes).toString("base64")), bytes);
  }
});

for (const [name, text, complaint] of [
  ["a data: prefix", "data:image/png;base64,AAAA", /data: prefix/],
  ["a line break", "AAAA\nAAAA", /white space/],
  ["a space at the end", "AAAA ", /white space/],
  ["the URL-safe alphabet", "-_AA", /alphabet/],
  ["letters beyond ASCII", "АААА", /alphabet/],
  ["missing padding", "AAA", /padding/],
  ["too much padding", "A===", /padding/],
  ["padding in the middle", "AA==AAAA", /padding/],
  ["padding before a digit", "AA=A", /padding/],
  ["bits left over in one padded group", "AB==", /padding/],
  ["bits left over in the other", "AAB=", /padding/],
]) {
  test(`refuses ${name}`, () => assert.match(String(decodeBase64(/** @type {string} */ (text))), /** @type {RegExp} */ (complaint)));
}
