// `npm run sandbox`: sets up what the sandbox API server needs and runs it.
import { ensureNodeModules } from "./setup/node-modules.mjs";
import { command } from "./setup/report.mjs";
import { FOR_SANDBOX, ensureSystem } from "./setup/system.mjs";

await command(async () => {
  await ensureSystem(FOR_SANDBOX);
  await ensureNodeModules();
  await import("../tests/sandbox/main.mjs");
});
