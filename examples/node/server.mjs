// node server.mjs
import { createServer } from "node:http";
import { Readable, pipeline } from "node:stream";
import { createGateway } from "kling-avatar/gateway";

const { COMETAPI_KEY, TOKEN_SECRET, ALLOWED_ORIGINS, API_URL, PORT } = process.env;
const gateway = createGateway({
  apiKey: COMETAPI_KEY,
  tokenSecret: TOKEN_SECRET,
  allowedOrigins: ALLOWED_ORIGINS,
  baseUrl: API_URL,
});

// What an adapter such as srvx or @hono/node-server does: serve({ fetch: gateway.fetch }).
async function answer(incoming, outgoing) {
  const { method, headers, url } = incoming;
  const body = method === "GET" || method === "HEAD" ? undefined : Readable.toWeb(incoming, { strategy: { highWaterMark: 1 } });
  const request = new Request(new URL(url, `http://${headers.host}`), { method, headers, body, duplex: "half" });
  const response = await gateway.fetch(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) return outgoing.end();
  pipeline(Readable.fromWeb(response.body), outgoing, () => {});
}

// An address or a method that is none makes no request.
const server = createServer((incoming, outgoing) => answer(incoming, outgoing).catch(() => outgoing.writeHead(400).end()));
server.listen(Number(PORT ?? 8789), () => console.log(`http://127.0.0.1:${server.address().port}/avatar`));
