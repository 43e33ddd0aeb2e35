import { configuration } from "./error.js";
import { glue } from "./glue-page.js";
import { provide } from "./module.js";

let given;

/** Takes the module: a `WebAssembly.Module`, its bytes, a `Response`, or a promise of one of these. */
export function init(module) {
  given = module;
}

provide(glue, () => {
  if (given === undefined) throw configuration("Call init(module) of kling-avatar/slim first.");
  return given;
});

export * from "./index.js";
