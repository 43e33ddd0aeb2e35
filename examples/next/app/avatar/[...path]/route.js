// In an app with Next.js, as app/avatar/[...path]/route.js. Without a store of your own it remembers in the process only.
import { createGateway } from "kling-avatar/gateway";

// A function, because the environment of the build is not that of the server.
const gateway = createGateway(() => ({
  apiKey: process.env.COMETAPI_KEY,
  tokenSecret: process.env.TOKEN_SECRET,
  allowedOrigins: process.env.ALLOWED_ORIGINS,
  baseUrl: process.env.API_URL,
}));

const answer = (request) => gateway.fetch(request);
export { answer as GET, answer as HEAD, answer as OPTIONS, answer as POST };
