// npm install hono @hono/node-server && node server.mjs
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createGateway } from "kling-avatar/gateway";

const { COMETAPI_KEY, TOKEN_SECRET, ALLOWED_ORIGINS, API_URL, PORT } = process.env;
const gateway = createGateway({
  apiKey: COMETAPI_KEY,
  tokenSecret: TOKEN_SECRET,
  allowedOrigins: ALLOWED_ORIGINS,
  baseUrl: API_URL,
});

const app = new Hono();
app.get("/", (context) => context.text("The rest of your app"));
// In Workers: gateway.fetch(context.req.raw, context.env, context.executionCtx)
app.all("/avatar/*", (context) => gateway.fetch(context.req.raw));

serve({ fetch: app.fetch, port: Number(PORT ?? 8789) }, ({ port }) => console.log(`http://127.0.0.1:${port}/avatar`));
