// What the form of the example for React says while a video is made. It is called as the function that it is, without React.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { ROOT } from "../../npm/setup/paths.mjs";

const hook = "export const useAvatar = () => globalThis.avatarState; export const cancel = () => {}, generate = cancel, goOn = cancel;";

async function form() {
  const stub = {
    name: "hook",
    setup(build) {
      build.onResolve({ filter: /^\.\/avatar$/ }, () => ({ path: "avatar", namespace: "hook" }));
      build.onLoad({ filter: /.*/, namespace: "hook" }, () => ({ contents: hook }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, "examples", "react", "Maker.jsx")],
    bundle: true,
    format: "esm",
    write: false,
    jsxFactory: "element",
    banner: { js: "const element = (name, props, ...children) => ({ name, props, children });" },
    plugins: [stub],
  });
  const { default: Maker } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  return (progress) => {
    globalThis.avatarState = { status: "busy", progress };
    return Maker().children.flat().find(({ props }) => props?.role === "status").children.join("");
  };
}

test("the example for React says how far an upload has come, and no number where there is none", async (t) => {
  t.after(() => delete globalThis.avatarState);
  const said = await form();
  assert.equal(said(undefined), "A moment");
  assert.equal(said({ phase: "uploading", loadedBytes: 1, totalBytes: 4 }), "Uploading: 25 %");
  assert.equal(said({ phase: "uploading", waiting: { code: "concurrency_limit" } }), "A moment");
  assert.equal(said({ phase: "processing" }), "The video is being made");
});
