// bun server.js
import { Database } from "bun:sqlite";
import { createGateway, keyValueStore } from "kling-avatar/gateway";

const { COMETAPI_KEY, TOKEN_SECRET, ALLOWED_ORIGINS, API_URL, PORT, DATABASE } = process.env;
const database = new Database(DATABASE ?? "avatar.sqlite", { create: true });
// Versions are random: one that comes again after its entry was removed would let two creators through.
database.run("CREATE TABLE IF NOT EXISTS ledger (key TEXT PRIMARY KEY, value TEXT, version TEXT, expires INTEGER)");
const select = database.query("SELECT value, version FROM ledger WHERE key = ? AND expires > ?");
const insert = database.query("INSERT INTO ledger VALUES (?1, ?2, ?5, ?3) ON CONFLICT (key) DO UPDATE SET value = ?2, version = ?5, expires = ?3 WHERE expires <= ?4");
const update = database.query("UPDATE ledger SET value = ?2, version = ?5, expires = ?3 WHERE key = ?1 AND version = ?4");
const remove = database.query("DELETE FROM ledger WHERE key = ? AND version = ?");

const store = keyValueStore({
  read: async (key) => select.get(key, Date.now()) ?? undefined,
  async write(key, value, version, expiresAtMs) {
    if (value === undefined) return version === undefined || remove.run(key, version).changes === 1;
    const change = version === undefined ? insert : update;
    const { changes } = change.run(key, value, expiresAtMs, version ?? Date.now(), crypto.randomUUID());
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
