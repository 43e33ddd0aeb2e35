// The Worker that the tests run: its options come from the environment as JSON. `alone` keeps the request's context from the gateway.
import { AvatarLedger, createGateway, durableObjectStore } from "kling-avatar/gateway";

export { AvatarLedger };

const gateway = createGateway((env) => {
  const { users, memory, alone, ...options } = JSON.parse(env.OPTIONS);
  return {
    ...options,
    store: memory ? undefined : durableObjectStore(env.LEDGER),
    authorize: users && ((request) => request.headers.get("x-user")),
    onEvent: (event) => console.log(JSON.stringify(event)),
  };
});

export default {
  fetch: (request, env, context) => gateway.fetch(request, env, JSON.parse(env.OPTIONS).alone ? undefined : context),
};
