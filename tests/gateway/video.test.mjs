import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inProcess } from "./in-process.mjs";
import { INPUT, formOf, startStand } from "./stand.mjs";

let stand;
let url;

before(async () => {
  stand = await startStand();
  url = (await stand.client().generate(INPUT)).url;
});
after(() => stand.close());

const get = async (headers, init) => {
  const response = await fetch(url, { headers, ...init });
  return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
};
const expected = new Uint8Array(300_000).map((_, index) => (index * 31) >> 3);

test("a player without an origin gets the whole video, as a video and nothing else", async () => {
  const { response, bytes } = await get({ "sec-fetch-site": "same-origin" });
  assert.equal(response.status, 200);
  assert.deepEqual(bytes, expected);
  const header = (name) => response.headers.get(name);
  assert.deepEqual([header("content-type"), header("content-length"), header("accept-ranges")], ["video/mp4", "300000", "bytes"]);
  assert.deepEqual([header("x-content-type-options"), header("content-security-policy")], ["nosniff", "sandbox; default-src 'none'"]);
});

for (const [range, from, to] of [["bytes=0-99", 0, 99], ["bytes=299990-", 299_990, 299_999], ["bytes=-10", 299_990, 299_999], ["bytes=100-100", 100, 100]]) {
  test(`${range} is answered with that part`, async () => {
    const { response, bytes } = await get({ range });
    assert.equal(response.status, 206);
    assert.equal(response.headers.get("content-range"), `bytes ${from}-${to}/300000`);
    assert.deepEqual(bytes, expected.slice(from, to + 1));
  });
}

test("a range outside is a 416, and what is no single range is ignored", async () => {
  const outside = await get({ range: "bytes=300000-" });
  assert.deepEqual([outside.response.status, outside.bytes.length], [416, 0]);
  for (const range of ["bytes=0-1,3-4", "lines=1-2", "bytes=a-b", `bytes=${"9".repeat(40)}-`]) {
    assert.equal((await get({ range })).response.status, 200, range);
  }
});

test("HEAD tells the length", async () => {
  const { response, bytes } = await get({}, { method: "HEAD" });
  assert.deepEqual([response.status, response.headers.get("content-length"), bytes.length], [200, "300000", 0]);
});

test("a video that is not there yet, or not any more, is not found", async () => {
  const task = await stand.client().createTask({ ...INPUT, prompt: "[never]" });
  assert.equal((await stand.send(`/tasks/${task.taskId}/video`)).status, 404);
  await stand.sandbox.faults.add({ on: "file", action: "status", status: 404 });
  assert.equal((await get({})).response.status, 404);
});

test("pages, redirects and failures in a video's place are not passed on", async () => {
  for (const fault of [{ action: "html", status: 200 }, { action: "redirect", location: "http://127.0.0.1:1/" }, { action: "status", status: 500 }]) {
    await stand.sandbox.faults.add({ on: "file", ...fault });
    const { response, bytes } = await get({});
    assert.equal(response.status, 502, fault.action);
    assert.equal(JSON.parse(new TextDecoder().decode(bytes)).error.code, "invalid_response");
  }
});

test("a part that nobody asked for is not passed on as the whole", async () => {
  for (const [status, headers] of [[206, { "content-range": "bytes 0-2/10" }], [416, {}]]) {
    const part = new Response("abc", { status, headers: { "content-type": "video/mp4", ...headers } });
    const { data, ask } = inProcess((_, { fetch }) => ({ fetch: async (url, init) => (String(url).includes("cdn.example") ? part.clone() : fetch(url, init)) }));
    Object.assign(data, { task_status: "succeed", task_result: { videos: [{ id: "v", url: "https://cdn.example/v.mp4", duration: "7.8" }] } });
    const { body: { taskId } } = await ask("/tasks", { method: "POST", body: formOf() });
    for (const range of [undefined, "bytes=a-b"]) {
      const { status: told, body } = await ask(`/tasks/${taskId}/video`, { headers: { range } });
      assert.deepEqual([told, body?.error.code], [502, "invalid_response"]);
    }
    assert.equal((await ask(`/tasks/${taskId}/video`, { headers: { range: "bytes=0-2" } })).status, status);
  }
});

test("a host outside a list of hosts is not fetched from", async () => {
  const apart = await startStand({ options: { videoHosts: ["cdn.example"] } });
  try {
    const video = await apart.client().generate(INPUT);
    const answer = await fetch(video.url);
    assert.equal(answer.status, 502);
    await answer.body.cancel();
    assert.equal(apart.sandbox.ledger.read().requests.file ?? 0, 0);
  } finally {
    await apart.close();
  }
});
