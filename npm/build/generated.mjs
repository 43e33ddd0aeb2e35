// Writes the files of dist/ that are made from the built module.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export async function generate(folder) {
  const glue = await import(`${pathToFileURL(join(folder, "kling_avatar_server.js"))}?${Date.now()}`);
  const module = new WebAssembly.Module(readFileSync(join(folder, "kling_avatar_server_bg.wasm")));
  glue.begin(new WebAssembly.Instance(module, glue.imports()));
  writeFileSync(join(folder, "limits.js"), `export const limits=Object.freeze(${JSON.stringify(glue.limits())});\n`);
  writeFileSync(join(folder, "codes.json"), `${JSON.stringify(glue.codes())}\n`);
  const base64 = readFileSync(join(folder, "kling_avatar_bg.wasm"), "base64");
  writeFileSync(join(folder, "wasm-base64.js"), `export default"${base64}";\n`);
}
