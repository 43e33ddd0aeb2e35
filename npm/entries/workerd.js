import module from "./kling_avatar_bg.wasm";
import { provide } from "./module.js";

provide(() => module);

export * from "./index.js";
