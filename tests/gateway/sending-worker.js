// A gateway whose `/memory?timeoutMs=…` tells how much its module has taken, and sets how long the next creates may take.
import { createGateway } from "kling-avatar/gateway";
import { wasm } from "../../dist/kling_avatar_server.js";
import { linearMemory } from "../client/linear-memory.mjs";

let createTimeoutMs;
const gateway = createGateway((env) => ({ ...JSON.parse(env.OPTIONS), createTimeoutMs, onEvent: () => {} }));

export default {
  async fetch(request, env, context) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/memory") return gateway.fetch(request, env, context);
    createTimeoutMs = Number(searchParams.get("timeoutMs"));
    return Response.json(linearMemory(wasm).buffer.byteLength);
  },
};
