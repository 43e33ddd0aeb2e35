// A gateway in this process, and a service that is a function.
import { createGateway } from "../../dist/gateway-node.js";
import { KEY, ORIGIN, SECRET } from "./stand.mjs";

export const GATEWAY_URL = "https://gateway.example/avatar";

/** `data` is what the service says of its one task, `told` what it was told, and how often it was asked. */
export function inProcess(options) {
  const data = { task_id: "7", task_status: "submitted", created_at: Date.now(), updated_at: Date.now() };
  const told = { creates: 0, reads: 0, onRead: () => {} };
  const service = async (_url, { method, body }) => {
    if (method === "POST") {
      told.body = JSON.parse(await new Response(body).text());
      ({ external_task_id: told.id, callback_url: told.callbackUrl } = told.body);
      told.creates += 1;
    } else {
      told.onRead((told.reads += 1));
    }
    return Response.json({ code: 0, message: "SUCCEED", request_id: "r", data: { ...data, task_info: { external_task_id: told.id } } });
  };
  const events = [];
  const usual = { apiKey: KEY, allowedOrigins: ORIGIN, tokenSecret: SECRET, baseUrl: "https://api.example", fetch: service, onEvent: (event) => events.push(event) };
  const gateway = createGateway(typeof options === "function" ? async (env) => ({ ...usual, ...(await options(env, usual)) }) : { ...usual, ...options });
  return { data, told, events, ask: (path, init, env, ctx) => ask(gateway, path, init, env, ctx) };
}

async function ask(gateway, path, { headers, ...init } = {}, env, ctx) {
  const given = Object.entries({ origin: ORIGIN, ...headers }).filter(([, value]) => value !== undefined);
  const response = await gateway.fetch(new Request(GATEWAY_URL + path, { ...init, headers: given }), env, ctx);
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json";
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}
