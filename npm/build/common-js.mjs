// What CommonJS gets: `require` of the same modules, which Node does from 20.19 on, and their types once more, as TypeScript
// takes the kind of a module from the name of its types.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The entries that run in Node, and the types of each. */
const ENTRIES = { node: "index", slim: "slim", inline: "index", fit: "fit", "gateway-node": "gateway" };

export function forCommonJs(folder) {
  for (const entry of Object.keys(ENTRIES)) writeFileSync(join(folder, `${entry}.cjs`), `module.exports=require("./${entry}.js");\n`);
  for (const types of new Set(Object.values(ENTRIES))) {
    const text = readFileSync(join(folder, `${types}.d.ts`), "utf8");
    writeFileSync(join(folder, `${types}.d.cts`), text.replace(/(from "\.\/[\w-]+)\.js"/g, '$1.cjs"'));
  }
}
