// What uploads leave behind in the module's memory, which never shrinks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createGateway } from "../../dist/gateway-node.js";
import { wasm } from "../../dist/kling_avatar_server.js";
import { largestImage, largestSound } from "../../npm/gateway/bench/media.mjs";
import { linearMemory } from "../client/linear-memory.mjs";
import { IMAGE, INPUT, KEY, ORIGIN, SECRET, SOUND, formOf } from "./stand.mjs";

const LARGEST = { ...INPUT, image: largestImage(), soundFile: largestSound() };
const FILES_BYTES = LARGEST.image.length + LARGEST.soundFile.length;

let sent = [];
const service = async (url, { body }) => {
  sent.push(JSON.parse(Buffer.from(body).toString()));
  const data = { task_id: String(sent.length), task_status: "submitted", created_at: Date.now(), updated_at: Date.now() };
  return Response.json({ code: 0, message: "SUCCEED", request_id: "r", data });
};
const gateway = createGateway({
  apiKey: KEY, allowedOrigins: ORIGIN, tokenSecret: SECRET, baseUrl: "https://api.example", fetch: service,
  limiter: { createsPerMinute: 0, concurrentTasks: 0 }, onEvent: () => {},
});
const create = async (body, headers) => {
  const request = new Request("https://gateway.example/avatar/tasks", { method: "POST", body, headers: { origin: ORIGIN, ...headers }, duplex: "half" });
  return (await gateway.fetch(request)).status;
};
const heldBytes = async () => linearMemory(wasm).buffer.byteLength;

/** A form that ends before its last delimiter. */
async function cut(form) {
  const response = new Response(form);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return [bytes.subarray(0, bytes.length - 20), { "content-type": response.headers.get("content-type") }];
}

test("uploads one after the other, however they end, use the same memory", async () => {
  assert.equal(await create(formOf(LARGEST)), 201);
  const before = await heldBytes();
  assert.ok(before < FILES_BYTES + (12 << 20), `${before} bytes for files of ${FILES_BYTES}`);
  for (let n = 0; n < 4; n++) {
    assert.equal(await create(formOf(LARGEST)), 201);
    assert.equal(await create(formOf({ ...LARGEST, image: new Uint8Array(9 << 20) })), 422);
    assert.equal(await create(formOf({ ...LARGEST, soundFile: new Uint8Array(6 << 20) })), 413);
    assert.equal(await create(...(await cut(formOf(LARGEST)))), 400);
    assert.equal(await create(formOf({ ...LARGEST, apiKey: "x" })), 422);
    assert.equal(await create(formOf({ ...LARGEST, image: IMAGE })), 201);
  }
  assert.equal(await heldBytes(), before);
});

test("uploads at the same time are held apart, and their memory is used again", async () => {
  const four = () => Promise.all(Array.from({ length: 4 }, () => create(formOf(LARGEST))));
  await four();
  const before = await heldBytes();
  assert.ok(before < 4 * FILES_BYTES + (24 << 20), `${before} bytes for four times ${FILES_BYTES}`);
  for (let n = 0; n < 3; n++) assert.deepEqual(await four(), [201, 201, 201, 201]);
  assert.ok((await heldBytes()) <= before + (1 << 20));
});

test("what an earlier upload left is never sent on", async () => {
  await create(formOf(LARGEST));
  sent = [];
  await create(formOf());
  assert.deepEqual([sent[0].image, sent[0].sound_file], [IMAGE.toString("base64"), SOUND.toString("base64")]);
  const inputs = [LARGEST, INPUT, { ...LARGEST, soundFile: SOUND }, { ...LARGEST, image: IMAGE }];
  sent = [];
  await Promise.all(inputs.map((input, n) => create(formOf({ ...input, prompt: String(n) }))));
  for (const { prompt, image, sound_file: sound } of sent) {
    const input = inputs[Number(prompt)];
    assert.ok(image === Buffer.from(input.image).toString("base64") && sound === Buffer.from(input.soundFile).toString("base64"), prompt);
  }
  assert.equal(sent.length, inputs.length);
});
