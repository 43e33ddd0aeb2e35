// Requests that no page sends, byte by byte: to the gateway in workerd, and to the example for plain Node.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { environment, startProgram, startService } from "./main-paths.mjs";
import { INPUT, ORIGIN, formOf, startStand } from "./stand.mjs";
import { ROOT } from "../../npm/setup/paths.mjs";

const PLACES = {
  async workerd() {
    const stand = await startStand();
    return { url: stand.url, sandbox: stand.sandbox, close: () => stand.close() };
  },
  async "plain Node"() {
    const sandbox = await startService();
    const { url, stop } = await startProgram(process.execPath, ["examples/node/server.mjs"], { cwd: ROOT, env: { ...environment(sandbox), PORT: "0" } });
    return { url, sandbox, close: () => sandbox.close(stop()) };
  },
};

const LAST = ["GET /avatar/health HTTP/1.1", "Host: gateway.example", "", ""].join("\r\n");
const LAST_ANSWER = '{"ok":true}';

/** What comes back for these bytes, until the connection is closed or a request behind them is answered. */
async function sent(url, ...pieces) {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  let answer = "";
  const ended = new Promise((resolve) => {
    socket.on("error", () => {}).on("close", resolve).on("data", (data) => {
      answer += data;
      if (answer.includes(LAST_ANSWER)) resolve();
    });
  });
  socket.write(Buffer.concat([...pieces, LAST].map((piece) => Buffer.from(piece))));
  await ended;
  socket.destroy();
  return answer;
}

const head = (first, ...headers) => [`${first} HTTP/1.1`, "Host: gateway.example", ...headers, "", ""].join("\r\n");
const FROM_PAGE = `Origin: ${ORIGIN}`;
/** The statuses, without that of the request behind. */
const statusesOf = (answer) => [...answer.matchAll(/HTTP\/1.1 (\d+) /g)].map(([, status]) => Number(status)).slice(0, answer.includes(LAST_ANSWER) ? -1 : undefined);

async function wholeForm(input) {
  const response = new Response(formOf(input));
  return { type: `Content-Type: ${response.headers.get("content-type")}`, bytes: Buffer.from(await response.arrayBuffer()) };
}

for (const [place, start] of Object.entries(PLACES)) {
  describe(`in ${place}`, () => {
    let at;
    let form;

    before(async () => {
      [at, form] = [await start(), await wholeForm()];
    });
    after(() => at.close());

    const charged = () => at.sandbox.ledger.read().totals.tasks;

    test("the create that the others are like is taken", async () => {
      const before = charged();
      const answer = await sent(at.url, head("POST /avatar/tasks", FROM_PAGE, form.type, `Content-Length: ${form.bytes.length}`), form.bytes);
      assert.deepEqual([statusesOf(answer), charged() - before], [[201], 1], answer);
    });

    for (const [name, headers] of Object.entries({
      "an allowed origin before another one": [FROM_PAGE, "Origin: https://evil.test"],
      "an allowed origin behind another one": ["Origin: https://evil.test", FROM_PAGE],
      "the same origin twice": [FROM_PAGE, FROM_PAGE],
      "two origins in one header": [`${FROM_PAGE}, https://evil.test`],
      "an origin with a path of its own": [`${FROM_PAGE}/`],
      "an empty origin": ["Origin:"],
      "only a referrer": [`Referer: ${ORIGIN}/page`, "Sec-Fetch-Site: same-origin"],
      "an origin in a header of proxies": [`X-Forwarded-Origin: ${ORIGIN}`, `X-Original-Origin: ${ORIGIN}`],
    })) {
      test(`${name} creates nothing`, async () => {
        const before = charged();
        const answer = await sent(at.url, head("POST /avatar/tasks", ...headers, form.type, `Content-Length: ${form.bytes.length}`), form.bytes);
        assert.deepEqual([statusesOf(answer), charged() - before], [[403], 0], answer);
        assert.match(answer, /"code":"permission"/);
      });
    }

    for (const [name, headers] of Object.entries({
      "two lengths": (length) => ["Content-Length: 5", `Content-Length: ${length}`],
      "two lengths in one header": (length) => [`Content-Length: ${length}, 5`],
      "a length that is no number": (length) => [`Content-Length: ${length}e0`],
      "a negative length": () => ["Content-Length: -1"],
      "an encoding that is none": () => ["Transfer-Encoding: chunked, identity"],
      "a space before the colon": (length) => [`Content-Length : ${length}`, `Content-Length: ${length}`],
    })) {
      test(`${name}: no create, and nothing of the body is a request`, async () => {
        const before = charged();
        const hidden = Buffer.concat([Buffer.from(head("POST /avatar/tasks", FROM_PAGE, form.type, `Content-Length: ${form.bytes.length}`)), form.bytes]);
        const body = Buffer.concat([Buffer.from("0\r\n\r\n"), hidden]);
        const answer = await sent(at.url, head("POST /avatar/tasks", "Origin: https://evil.test", form.type, ...headers(body.length)), body);
        assert.ok(statusesOf(answer).every((status) => status >= 400) && charged() === before, answer);
      });
    }

    for (const path of ["/%61vatar/tasks", "/avatar%2ftasks", "//avatar/tasks", "/avatar//tasks", "/avatar\\..\\tasks", "/AVATAR/tasks", "/avatar/tasks;a=b", "/avatar/tasks%00", "/avatar/tasks/", "/avatar./tasks"]) {
      test(`POST ${path} is no address`, async () => {
        const before = charged();
        const answer = await sent(at.url, head(`POST ${path}`, FROM_PAGE, form.type, `Content-Length: ${form.bytes.length}`), form.bytes);
        assert.ok([404, 405].includes(statusesOf(answer)[0]) && charged() === before, answer);
      });
    }

    test("a path of any length leads nowhere, and the next request is answered", async () => {
      for (const path of ["/avatar/tasks/".padEnd(9000, "a/"), "/avatar/tasks/".padEnd(9000, "a.b"), "/".padEnd(200_000, "a/")]) {
        const answer = await sent(at.url, head(`GET ${path}`, FROM_PAGE));
        assert.ok(statusesOf(answer).every((status) => [400, 404, 414, 431].includes(status)), answer);
      }
      assert.equal((await fetch(`${at.url}/health`)).status, 200);
    });

    for (const method of ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "get", "PROPFIND", "POST\t", "X"]) {
      test(`${JSON.stringify(method)} is refused at every address`, async () => {
        const before = charged();
        for (const path of ["tasks", "speech", "health", "tasks/a.b", "callbacks/a.b"]) {
          const answer = await sent(at.url, head(`${method} /avatar/${path}`, FROM_PAGE));
          assert.ok(statusesOf(answer).every((status) => status >= 400) && charged() === before, answer);
        }
      });
    }

    test("HEAD has no contents that could be taken for the next answer", async () => {
      const answer = await sent(at.url, head("HEAD /avatar/tasks/a.b", FROM_PAGE), head("HEAD /avatar/tasks?externalTaskId=a", FROM_PAGE));
      assert.deepEqual(statusesOf(answer), [404, 422], answer);
      assert.ok(!answer.includes('"error"') && answer.includes(LAST_ANSWER), answer);
    });

    for (const [type, status, body] of [
      ["text/plain", 415, "{}"],
      ["multipart/mixed; boundary=a", 415, "{}"],
      ["application/json, multipart/form-data; boundary=a", 415, "{}"],
      ["multipart/form-data", 415, "--a--"],
      ["multipart/form-data; boundary=a; boundary=b", 400, "--b--"],
      ["multipart/form-data; boundary=\"a;b\"", 400, "--a;b--"],
      ["application/json; charset=utf-16", 400, Buffer.from("{\"prompt\":\"a\"}", "utf16le")],
      ["application/json; charset=utf-7", 422, "{\"prompt\":\"+ADw-\"}"],
    ]) {
      test(`${type} is read as it is, or not at all`, async () => {
        const before = charged();
        const answer = await sent(at.url, head("POST /avatar/tasks", FROM_PAGE, `Content-Type: ${type}`, `Content-Length: ${body.length}`), body);
        assert.deepEqual([statusesOf(answer), charged() - before], [[status], 0], answer);
      });
    }

    for (const [name, parts] of Object.entries({
      "the fields twice": ["input", "input"],
      "a photo twice": ["input", "image", "image"],
      "ten thousand parts": ["input", ...Array(10_000).fill("image")],
      "a part of another case": ["input", "Image"],
      "a part with a path": ["input", "image[]"],
      "the key": ["input", "apiKey"],
    })) {
      test(`${name} in a form: refused`, async () => {
        const before = charged();
        const contents = (part) => (part === "input" ? JSON.stringify({ prompt: INPUT.prompt, externalTaskId: crypto.randomUUID() }) : INPUT.image.subarray(0, 200));
        const bytes = Buffer.concat(parts.flatMap((part) => [`--b\r\nContent-Disposition: form-data; name="${part}"\r\n\r\n`, contents(part), "\r\n"]).concat("--b--").map((piece) => Buffer.from(piece)));
        const answer = await sent(at.url, head("POST /avatar/tasks", FROM_PAGE, "Content-Type: multipart/form-data; boundary=b", `Content-Length: ${bytes.length}`), bytes);
        assert.deepEqual([statusesOf(answer), charged() - before], [[400], 0], answer.slice(0, 500));
        assert.match(answer, /"code":"invalid_request"/);
      });
    }
  });
}
