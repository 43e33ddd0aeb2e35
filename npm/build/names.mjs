// Short names for what a module and its glue know each other by.
import { Stop } from "../setup/report.mjs";

/** What wasm-opt calls the one object that all imports come from. */
const MODULE = "a";

/**
 * Puts the short names that wasm-opt gave the imports and exports of a module in place of the long ones in its glue.
 * wasm-bindgen's own end in sixteen random digits, which no compression makes smaller: 3 KB of what a page downloads.
 */
export function withShortNames(glue, { imports, exports }) {
  const missing = new Map(imports.map(([, long, short]) => [long, short]));
  const shortExports = new Map(exports);
  for (const module of new Set(imports.map(([module]) => module))) {
    if (!glue.includes(JSON.stringify(module))) throw new Stop(`The glue lacks the module ${module}.`);
    glue = glue.replace(JSON.stringify(module), JSON.stringify(MODULE));
  }
  glue = glue.replace(/^(\s+)(\w+): function\(/gm, (whole, space, long) => {
    const short = missing.get(long);
    missing.delete(long);
    return short === undefined ? whole : `${space}${short}: function(`;
  });
  if (missing.size > 0) throw new Stop(`The glue lacks the imports ${[...missing.keys()].join(", ")} of the module.`);
  return glue.replace(/\bwasm\.(\w+)/g, (_, long) => {
    if (!shortExports.has(long)) throw new Stop(`The glue uses the export ${long}, which the module does not have.`);
    return `wasm.${shortExports.get(long)}`;
  });
}
