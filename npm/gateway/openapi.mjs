// Checks a gateway in workerd against docs/openapi.yaml with schemathesis (`pip install schemathesis`).
// `node npm/gateway/openapi.mjs [--max-examples 50 …]`; further arguments go to schemathesis.
import { join } from "node:path";
import { build } from "../build/package.mjs";
import { ROOT } from "../setup/paths.mjs";
import { run } from "../setup/process.mjs";
import { Stop, command, say } from "../setup/report.mjs";

const ORIGIN = "https://www.example.org";

await command(async () => {
  await build();
  const { startStand } = await import("../../tests/gateway/stand.mjs");
  const stand = await startStand({ options: { allowedOrigins: ORIGIN }, sandbox: { options: { concurrency: 1e6 } } });
  const program = process.env.SCHEMATHESIS ?? "schemathesis";
  const more = process.argv.slice(2);
  const args = ["run", join(ROOT, "docs", "openapi.yaml"), "--url", stand.url, "--header", `Origin: ${ORIGIN}`, "--checks", "all"];
  // A `const` origin cannot be left out or changed without a 403, and what a browser may not send is not sent.
  args.push("--exclude-checks", "unsupported_method,missing_required_header,positive_data_acceptance", "--generation-allow-x00", "false");
  const { code } = await run(program, [...args, ...(more.length > 0 ? more : ["--max-examples", "40"])], { cwd: ROOT, stream: true });
  const { tasks } = stand.sandbox.ledger.read().totals;
  await stand.close();
  say(`${tasks} tasks were made at the sandbox.`);
  if (code === undefined || code === 127) throw new Stop("schemathesis is not installed.");
  process.exitCode = code;
});
