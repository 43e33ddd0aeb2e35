import { glue } from "./glue-page.js";
import { load, provide } from "./module.js";

provide(glue, () => fetch(new URL("./kling_avatar_bg.wasm", import.meta.url)));
// The module compiles while the page goes on loading. A failure is told by the first call.
load().catch(() => {});

export * from "./index.js";
