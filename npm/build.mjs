// `npm run build`: makes the package in dist/, and sets up what that needs.
import { build } from "./build/package.mjs";
import { exitOnSignals } from "./setup/process.mjs";
import { command } from "./setup/report.mjs";

exitOnSignals();
await command(build);
