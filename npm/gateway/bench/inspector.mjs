// What an isolate holds, as workerd's inspector tells it: a WebSocket client of just the frames that this takes.
import { randomBytes } from "node:crypto";
import { get, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const SAMPLE_MS = 5;
const TEXT_FRAME = 0x81;
const MASKED = 0x80;

/** Resolves with the most bytes that the Worker's isolate held outside of a module's memory while `work` went on. */
export async function heapPeak(inspector, name, work) {
  const { webSocketDebuggerUrl } = (await json(`http://${inspector.host}/json`)).find(({ id }) => id.endsWith(`:${name}`));
  const socket = await open(webSocketDebuggerUrl.replace(/^ws/, "http"));
  let most = 0;
  let over = false;
  const sampling = (async () => {
    while (!over) {
      const { usedSize, embedderHeapUsedSize, backingStorageSize } = await ask(socket, "Runtime.getHeapUsage");
      most = Math.max(most, usedSize + embedderHeapUsedSize + backingStorageSize);
      await sleep(SAMPLE_MS);
    }
  })();
  await work();
  over = true;
  await sampling;
  socket.destroy();
  return most;
}

function json(url) {
  return new Promise((resolve, reject) => {
    get(url, async (response) => resolve(JSON.parse(Buffer.concat(await response.toArray())))).on("error", reject);
  });
}

function open(url) {
  const headers = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": randomBytes(16).toString("base64") };
  return new Promise((resolve, reject) => request(url, { headers }).on("upgrade", (_, socket) => resolve(socket)).on("error", reject).end());
}

/** One question at a time, and answers of less than 64 KB. */
function ask(socket, method) {
  const text = Buffer.from(JSON.stringify({ id: 1, method }));
  const mask = randomBytes(4);
  socket.write(Buffer.concat([Buffer.of(TEXT_FRAME, MASKED | text.length), mask, text.map((byte, at) => byte ^ mask[at % 4])]));
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    socket.on("data", function take(data) {
      received = Buffer.concat([received, data]);
      for (let frame = frameOf(received); frame !== undefined; frame = frameOf(received)) {
        received = received.subarray(frame.end);
        const { id, result } = JSON.parse(frame.text);
        if (id !== 1) continue;
        socket.off("data", take);
        return resolve(result);
      }
    });
  });
}

function frameOf(bytes) {
  if (bytes.length < 4) return undefined;
  const from = bytes[1] === 126 ? 4 : 2;
  const end = from + (from === 4 ? bytes.readUInt16BE(2) : bytes[1]);
  return bytes.length < end ? undefined : { text: bytes.toString("utf8", from, end), end };
}
