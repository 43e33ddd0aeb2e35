import { glue } from "./glue-server.js";
// What Vercel's edge runtime wants to be told to give a `WebAssembly.Module`.
import module from "./kling_avatar_server_bg.wasm?module";
import { startNow } from "./module.js";

startNow(glue, module);

export * from "./index.js";
