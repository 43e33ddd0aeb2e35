// deno run --unstable-kv --allow-net --allow-env --allow-read main.js
import { createGateway, keyValueStore } from "kling-avatar/gateway";

const kv = await Deno.openKv(Deno.env.get("KV_PATH"));
const store = keyValueStore({
  async read(key) {
    const { value, versionstamp } = await kv.get(["avatar", key]);
    return value === null ? undefined : { value, version: versionstamp };
  },
  async write(key, value, version, expiresAtMs) {
    const change = kv.atomic().check({ key: ["avatar", key], versionstamp: version ?? null });
    if (value === undefined) change.delete(["avatar", key]);
    else change.set(["avatar", key], value, { expireIn: Math.max(1, expiresAtMs - Date.now()) });
    return (await change.commit()).ok;
  },
});

const gateway = createGateway({
  apiKey: Deno.env.get("COMETAPI_KEY"),
  tokenSecret: Deno.env.get("TOKEN_SECRET"),
  allowedOrigins: Deno.env.get("ALLOWED_ORIGINS"),
  baseUrl: Deno.env.get("API_URL"),
  store,
});

Deno.serve({
  port: Number(Deno.env.get("PORT") ?? 8789),
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}/avatar`),
}, (request) => gateway.fetch(request));
