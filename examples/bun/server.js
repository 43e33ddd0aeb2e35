// bun server.js
import { Database } from "bun:sqlite";
import { createGateway, keyValueStore } from "kling-avatar/gateway";

const { COMETAPI_KEY, TOKEN_SECRET, ALLOWED_ORIGINS, API_URL, PORT, DATABASE } = process.env;
const database = new Database(DATABASE ?? "avatar.sqlite", { create: true });
database.run("CREATE TABLE IF NOT EXISTS ledger (key TEXT PRIMARY KEY, value TEXT, version INTEGER, expires INTEGER)");
const select = database.query("SELECT value, version FROM ledger WHERE key = ? AND expires > ?");
const insert = database.query("INSERT INTO ledger VALUES (?1, ?2, 1, ?3) ON CONFLICT (key) DO UPDATE SET value = ?2, version = version + 1, expires = ?3 WHERE expires <= ?4");
const update = database.query("UPDATE ledger SET value = ?2, version = version + 1, expires = ?3 WHERE key = ?1 AND version = ?4");
const remove = database.query("DELETE FROM ledger WHERE key = ? AND version = ?");

const store = keyValueStore({
  read: async (key) => select.get(key, Date.now()) ?? undefined,
  async write(key, value, version, expiresAtMs) {
    if (value === undefined) return version === undefined || remove.run(key, version).changes === 1;
    const { changes } = version === undefined ? insert.run(key, value, expiresAtMs, Date.now()) : update.run(key, value, expiresAtMs, version);
    return changes === 1;
  },
});

const gateway = createGateway({
  apiKey: COMETAPI_KEY,
  tokenSecret: TOKEN_SECRET,
  allowedOrigins: ALLOWED_ORIGINS,
  baseUrl: API_URL,
  store,
});

const server = Bun.serve({ port: Number(PORT ?? 8789), idleTimeout: 60, maxRequestBodySize: 64 << 20, fetch: (request) => gateway.fetch(request) });
console.log(`http://127.0.0.1:${server.port}/avatar`);
