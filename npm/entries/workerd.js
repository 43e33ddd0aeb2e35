import { glue } from "./glue-server.js";
import module from "./kling_avatar_server_bg.wasm";
import { startNow } from "./module.js";

startNow(glue, module);

export * from "./index.js";
