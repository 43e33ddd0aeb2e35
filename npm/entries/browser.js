import { glue } from "./glue-page.js";
import { load, provide } from "./module.js";

// Vite up to 7 moves this script, and not the module, to a folder of its own while an app is developed.
provide(glue, () => fetch(new URL("./kling_avatar_bg.wasm", import.meta.url).href.replace(/\/\.[^.]*\/deps\//, "/kling-avatar/dist/")));
// The module compiles while the page goes on loading. A failure is told by the first call.
load().catch(() => {});

export * from "./index.js";
