import { failure } from "./gateway-answer.js";

const encoder = new TextEncoder();

/**
 * An answer that begins before it is known how it ends: its status, 202, says that a place is waited for, and its contents
 * are those of the answer that comes then.
 */
export function pending(call, done) {
  const ended = done.catch((thrown) => failure(thrown, call));
  call.ended = ended;
  const body = new ReadableStream({
    async start(controller) {
      // White space of JSON: platforms send no head before there are contents.
      controller.enqueue(encoder.encode(" "));
      controller.enqueue(encoder.encode(await contents(await ended)));
      controller.close();
    },
  });
  return new Response(body, { status: 202, headers: { "content-type": "application/json" } });
}

/** A failure says its status, which the answer cannot any more. */
async function contents(response) {
  const told = await response.json();
  if (told.error !== undefined) told.error.status ??= response.status;
  return JSON.stringify(told);
}
