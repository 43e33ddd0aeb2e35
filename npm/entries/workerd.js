import module from "./kling_avatar_bg.wasm";
import { startNow } from "./module.js";

startNow(module);

export * from "./index.js";
