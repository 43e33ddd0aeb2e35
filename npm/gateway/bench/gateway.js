// The gateway, and how much memory its module has taken. Its options come from the environment as JSON.
import { AvatarLedger, createGateway, durableObjectStore } from "kling-avatar/gateway";
import { wasm } from "../../../dist/kling_avatar_server.js";

export { AvatarLedger };

const gateway = createGateway((env) => {
  const { inMemory, ...options } = JSON.parse(env.OPTIONS);
  return { ...options, store: inMemory ? undefined : durableObjectStore(env.LEDGER), onEvent: () => {} };
});

export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== "/memory") return gateway.fetch(request, env, context);
    // It has as short a name as all exports.
    const memory = Object.values(wasm).find((each) => each instanceof WebAssembly.Memory);
    return Response.json(memory.buffer.byteLength);
  },
};
