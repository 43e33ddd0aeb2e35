// `npm run docs`: makes the API reference from the types, in build/docs. Fails where a link or a type leads nowhere.
import { join } from "node:path";
import { ROOT } from "./setup/paths.mjs";
import { exitOnSignals, must } from "./setup/process.mjs";
import { command, say } from "./setup/report.mjs";
import { ensureTools } from "./setup/tools.mjs";

exitOnSignals();
await command(async () => {
  const folder = join(ROOT, "npm", "docs");
  const programs = await ensureTools(folder);
  await must("typedoc", join(programs, "typedoc"), ["--options", "typedoc.json"], { cwd: folder });
  say("Made build/docs/index.html");
});
