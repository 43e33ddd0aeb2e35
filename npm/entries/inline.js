import { glue } from "./glue-page.js";
import { provide } from "./module.js";
import text from "./wasm-base64.js";

provide(glue, () => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));

export * from "./index.js";
