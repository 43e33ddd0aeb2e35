// Uploads that break off, stand still or come slowly: nothing of them stays, and nobody else is held up.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inProcess } from "./in-process.mjs";
import { IMAGE, INPUT, ORIGIN, formOf, startStand } from "./stand.mjs";

const PIECE_BYTES = 60_000;

async function bodyOf(input) {
  const response = new Response(formOf(input));
  return { type: response.headers.get("content-type"), bytes: Buffer.from(await response.arrayBuffer()) };
}

/** Sends the head of a create. */
function begun(url, { type, bytes }) {
  const socket = connect(Number(new URL(url).port), "127.0.0.1").on("error", () => {});
  socket.write(`POST /avatar/tasks HTTP/1.1\r\nHost: a\r\nOrigin: ${ORIGIN}\r\nContent-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n\r\n`);
  return socket;
}

const create = (url) => fetch(`${url}/tasks`, { method: "POST", body: formOf(), headers: { origin: ORIGIN } });

for (const [name, options] of Object.entries({ "with the request's context": {}, "without it": { alone: true, bodyIdleMs: 500 } })) {
  test(`${name}: visitors who leave while they upload take no places along`, async () => {
    const stand = await startStand({ options: { memory: true, uploadsAtOnce: 2, ...options } });
    try {
      const body = await bodyOf();
      for (let n = 0; n < 2; n++) {
        const socket = begun(stand.url, body);
        await new Promise((written) => socket.write(body.bytes.subarray(0, PIECE_BYTES), written));
        // What came before them has been read when these are answered.
        for (let m = 0; m < 3; m++) await stand.send("/health");
        socket.resetAndDestroy();
      }
      assert.equal((await create(stand.url)).status, 201);
    } finally {
      await stand.close();
    }
  });
}

test("an upload over a slow line does not stand still", async () => {
  const stand = await startStand({ options: { bodyIdleMs: 1500 } });
  try {
    const body = await bodyOf({ ...INPUT, image: Buffer.concat([IMAGE, Buffer.alloc(1 << 20)]) });
    const socket = begun(stand.url, body);
    let answer = "";
    const answered = new Promise((resolve) => socket.on("data", (data) => resolve((answer += data))).on("close", resolve));
    for (let at = 0; at < body.bytes.length && answer === ""; at += PIECE_BYTES) {
      socket.write(body.bytes.subarray(at, at + PIECE_BYTES));
      await sleep(150);
    }
    await answered;
    socket.destroy();
    assert.match(answer, /^HTTP\/1.1 201 /);
  } finally {
    await stand.close();
  }
});

/** A body that tells how much it is asked for at a time. */
function asked(bytes) {
  const sizes = [];
  const body = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const { byobRequest } = controller;
      sizes.push(byobRequest.view.byteLength);
      const piece = bytes.subarray(0, byobRequest.view.byteLength);
      bytes = bytes.subarray(piece.length);
      if (piece.length === 0) controller.close();
      else new Uint8Array(byobRequest.view.buffer).set(piece);
      byobRequest.respond(piece.length);
    },
  });
  return { sizes, body };
}

test("only uploads, of which there are few at a time, are read in large pieces", async () => {
  const form = await bodyOf();
  const json = { "content-type": "application/json" };
  for (const [path, headers, status, isLarge] of [
    ["/tasks", { "content-type": form.type }, 201, true],
    ["/tasks", { "content-type": form.type, origin: "https://evil.test" }, 403, false],
    ["/tasks", { "content-type": "text/plain" }, 415, false],
    ["/speech", json, 413, false],
    ["/nowhere", json, 404, false],
  ]) {
    const { sizes, body } = asked(form.bytes);
    const answer = await inProcess({}).ask(path, { method: "POST", body, duplex: "half", headers });
    assert.equal(answer.status, status, answer.text);
    assert.ok(sizes.length > 0 && sizes.every((bytes) => bytes >= 1 << 20 === isLarge), `${path} ${status}: ${sizes}`);
  }
});

test("what is left of a refused upload is read in small pieces", async () => {
  const form = await bodyOf({ ...INPUT, image: Buffer.alloc(11 << 20) });
  const { sizes, body } = asked(form.bytes);
  const { status } = await inProcess({}).ask("/tasks", { method: "POST", body, duplex: "half", headers: { "content-type": form.type } });
  assert.deepEqual([status, sizes[0] >= 1 << 20, sizes.at(-1) < 1 << 16], [413, true, true]);
});
