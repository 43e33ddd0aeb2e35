/**
 * Makes a body of `total` bytes whose pieces `next` gives while it is sent, or nothing at the end. Only where a stream
 * can state its length: the length of any other one is unknown to the service.
 */
export const streamOf = typeof FixedLengthStream === "function" ? fixedLength : undefined;

function fixedLength(total, next) {
  const { readable, writable } = new FixedLengthStream(total);
  pump(next, writable.getWriter());
  return readable;
}

async function pump(next, writer) {
  try {
    for (let piece = await next(); piece !== undefined; piece = await next()) await writer.write(piece);
    await writer.close();
  } catch (reason) {
    // The service has answered early or the connection is gone; the request itself tells.
    writer.abort(reason).catch(() => {});
  }
}
