// A gateway for each key and each service, `/{key}/{host}/avatar`, for whichever page asks.
import { AvatarLedger, createGateway, durableObjectStore } from "kling-avatar/gateway";

export { AvatarLedger };

const gateways = new Map();

export default {
  fetch(request, env, context) {
    const [, key, host] = new URL(request.url).pathname.split("/");
    const basePath = `/${key}/${host}/avatar`;
    if (!gateways.has(basePath)) gateways.set(basePath, gatewayOf(key, host.replace("~", ":"), basePath));
    return gateways.get(basePath).fetch(request, { ...env, origin: request.headers.get("origin") ?? "https://shop.example" }, context);
  },
};

function gatewayOf(apiKey, host, basePath) {
  return createGateway((env) => ({
    ...JSON.parse(env.OPTIONS), apiKey, basePath, baseUrl: `http://${host}`, allowedOrigins: env.origin, allow: ["note"], store: durableObjectStore(env.LEDGER),
  }));
}
