/**
 * The same stream at no more than so many bytes per second; 0 leaves it as it is.
 * @template {ReadableStream<Uint8Array> | null} S
 * @param {S} stream @param {number} bytesPerSecond @param {(ms: number) => Promise<void>} sleep
 * @returns {S | ReadableStream<Uint8Array>}
 */
export function throttled(stream, bytesPerSecond, sleep) {
  if (!stream || bytesPerSecond <= 0) return stream;
  const reader = stream.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      await sleep((value.length * 1000) / bytesPerSecond);
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** The same stream in pieces of at most 16 KB, so that slowing it down gives many steps. @param {ReadableStream<Uint8Array>} stream */
export function inPieces(stream) {
  return stream.pipeThrough(new TransformStream({
    transform(chunk, controller) {
      for (let at = 0; at < chunk.length; at += 16_384) controller.enqueue(chunk.subarray(at, at + 16_384));
    },
  }));
}
