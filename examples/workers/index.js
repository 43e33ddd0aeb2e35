import { AvatarLedger, createGateway, durableObjectStore } from "kling-avatar/gateway";

export { AvatarLedger };

export default createGateway((env) => ({
  apiKey: env.COMETAPI_KEY,
  tokenSecret: env.TOKEN_SECRET,
  allowedOrigins: env.ALLOWED_ORIGINS,
  publicUrl: env.PUBLIC_URL,
  baseUrl: env.API_URL,
  store: durableObjectStore(env.LEDGER),
}));
