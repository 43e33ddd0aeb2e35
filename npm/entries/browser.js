import { glue } from "./glue-page.js";
import { load, provide } from "./module.js";

/**
 * Vite up to 7 moves this script, and not the module, to a folder of its own while an app is developed. Where packages are only
 * Vite knows: of a workspace they may lie above the app.
 */
provide(glue, async () => {
  const { href } = new URL("./kling_avatar_bg.wasm", import.meta.url);
  const [app, file] = href.split(/(?:\/@fs\/.*)?(?:\/node_modules)?\/\.[^.]*\/deps\//);
  if (!file) return fetch(href);
  const script = await (await fetch(`${app}/@id/kling-avatar/${file}?import&url`)).text();
  return fetch(new URL(script.split('"')[1], href));
});
// The module compiles while the page goes on loading. A failure is told by the first call.
load().catch(() => {});

export * from "./index.js";
