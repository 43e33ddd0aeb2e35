// npm install srvx && node srvx.mjs
import { createGateway } from "kling-avatar/gateway";
import { serve } from "srvx";

const { COMETAPI_KEY, TOKEN_SECRET, ALLOWED_ORIGINS, API_URL, PORT } = process.env;
const gateway = createGateway({
  apiKey: COMETAPI_KEY,
  tokenSecret: TOKEN_SECRET,
  allowedOrigins: ALLOWED_ORIGINS,
  baseUrl: API_URL,
});

const server = serve({ port: PORT ?? 8789, silent: true, fetch: (request) => gateway.fetch(request) });
await server.ready();
console.log(`http://127.0.0.1:${new URL(server.url).port}/avatar`);
