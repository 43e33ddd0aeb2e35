import { load, provide } from "./module.js";

provide(() => fetch(new URL("./kling_avatar_bg.wasm", import.meta.url)));
// The module compiles while the page goes on loading. A failure is told by the first call.
load().catch(() => {});

export * from "./index.js";
