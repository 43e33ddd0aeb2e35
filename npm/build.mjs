// `npm run build`: makes the package in dist/, and sets up what that needs.
import { build } from "./build/package.mjs";
import { command } from "./setup/report.mjs";

await command(build);
