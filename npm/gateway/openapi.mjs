// `npm run check:openapi [-- --max-examples 50 …]`: schemathesis against a gateway, each time with other requests; further
// arguments go to it.
import { build } from "../build/package.mjs";
import { Stop, command, say } from "../setup/report.mjs";
import { schemathesis } from "./schemathesis.mjs";

await command(async () => {
  await build();
  const more = process.argv.slice(2);
  const { code, met, unmet } = await schemathesis(more.length > 0 ? more : ["--max-examples", "40"], { stream: true });
  say("Answers by address:");
  console.table(met);
  if (unmet.length > 0) throw new Stop(`No answer of success was met at: ${unmet.join(", ")}.`);
  process.exitCode = code;
});
