// The Worker that the tests run: its options come from the environment as JSON.
import { AvatarLedger, createGateway, durableObjectStore } from "kling-avatar/gateway";

export { AvatarLedger };

export default createGateway((env) => {
  const { users, memory, hasClient, ...options } = JSON.parse(env.OPTIONS);
  return {
    ...options,
    store: memory ? undefined : durableObjectStore(env.LEDGER),
    authorize: users && ((request) => request.headers.get("x-user")),
    onEvent: (event) => console.log(JSON.stringify(event)),
  };
});
