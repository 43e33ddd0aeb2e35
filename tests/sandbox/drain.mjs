/**
 * Writes a chunk and waits, if it must, until there is room for more or nobody reads any longer.
 * @param {import("node:stream").Writable} stream @param {Uint8Array} chunk
 * @returns {Promise<boolean>} whether to go on
 */
export async function writeChunk(stream, chunk) {
  if (stream.destroyed) return false;
  if (stream.write(chunk)) return true;
  await new Promise((resolve) => {
    const done = () => {
      stream.off("drain", done).off("close", done);
      resolve(undefined);
    };
    stream.on("drain", done).on("close", done);
  });
  return !stream.destroyed;
}
