// `npm run build:www [-- --out FOLDER]`: the demo page as a folder for any static host, under any path. Everything but the
// page itself has its fingerprint in its name, so that no cache can mix two versions.
import { parseArgs } from "node:util";
import { build } from "./build/package.mjs";
import { buildPage } from "./build/page.mjs";
import { Stop, command, say } from "./setup/report.mjs";

const USAGE = "npm run build:www -- [--out build/www]";

await command(async () => {
  const out = options();
  await build();
  const { folder, files } = await buildPage(out);
  say(`Built ${folder} (${files.length} files)`);
});

function options() {
  try {
    return parseArgs({ options: { out: { type: "string" } } }).values.out;
  } catch (error) {
    throw new Stop(`${error.message.split("\n", 1)[0]} Usage: ${USAGE}`);
  }
}
