// The installed package, from the outside: one import and it works.
import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build as bundle } from "esbuild";
import { bundleWorker, startWorkers } from "../../npm/gateway/worker.mjs";
import { ROOT } from "../../npm/setup/paths.mjs";
import { installTarball, runInNode } from "./tarball.mjs";

const GOOD = {
  ok: true,
  problems: [],
  image: { format: "jpeg", bytes: (await readFile(join(ROOT, "www/samples/portrait.jpg"))).length },
  soundFile: { format: "mp3", bytes: (await readFile(join(ROOT, "www/samples/voice.mp3"))).length },
};
let installed;

before(async () => {
  installed = await installTarball();
  for (const name of ["portrait.jpg", "voice.mp3"]) await copyFile(join(ROOT, "www/samples", name), join(installed.project, name));
});
after(() => installed?.remove());

/** A program that checks the two samples and one bad input, and gives what was found as JSON. */
const check = (image, soundFile) => `
  const report = await validate({ image: ${image}, soundFile: ${soundFile}, prompt: "Hello" });
  const bad = await validate({ image: new Uint8Array(), prompt: "" });
  let refused;
  try { new AvatarClient({}); } catch (error) { refused = error; }
  const found = {
    report,
    bad: bad.problems.map(({ field, code }) => field + " " + code).sort(),
    refused: [refused instanceof AvatarError, refused instanceof Error, refused.name, refused.code],
    limit: limits.imageMaxBytes,
  };`;

function assertFound({ report, bad, refused, limit }) {
  assert.deepEqual([report.ok, report.problems], [true, []]);
  for (const field of ["image", "soundFile"]) {
    const { format, bytes } = report[field];
    assert.deepEqual({ format, bytes }, GOOD[field]);
  }
  assert.ok(bad.includes("image empty"), bad.join(", "));
  assert.deepEqual(refused, [true, true, "AvatarError", "configuration"]);
  assert.equal(limit, 10 * 1024 * 1024);
}

const NAMES = "{ AvatarClient, AvatarError, limits, validate }";
const FROM_DISK = check('new Blob([await readFile("portrait.jpg")])', 'await readFile("voice.mp3")');
const IMPORTS = {
  "kling-avatar": `import ${NAMES} from "kling-avatar";`,
  "kling-avatar/inline": `import ${NAMES} from "kling-avatar/inline";`,
  "kling-avatar/slim": `
    import { init, AvatarClient, AvatarError, limits, validate } from "kling-avatar/slim";
    init(await readFile(new URL(import.meta.resolve("kling-avatar/kling_avatar_bg.wasm"))));`,
};

for (const [entry, imports] of Object.entries(IMPORTS)) {
  test(`Node: ${entry}`, async () => {
    const source = `import { readFile } from "node:fs/promises";${imports}${FROM_DISK}\nconsole.log(JSON.stringify(found));`;
    assertFound(JSON.parse(await runInNode(installed.project, `${entry.replace("/", "-")}.mjs`, source)));
  });
}

// Workers refuse bytes, so that the inline entry is the plain one there.
for (const entry of ["kling-avatar", "kling-avatar/inline"]) test(`workerd: ${entry}, bundled as Workers are`, async () => {
  const { project } = installed;
  const source = `import ${NAMES} from "${entry}";
    export default { async fetch(request) {
      const form = await request.formData();
      ${check('form.get("image")', 'form.get("sound")')}
      return Response.json(found);
    } };`;
  await writeFile(join(project, "worker.mjs"), source);
  const modules = await bundleWorker(join(project, "worker.mjs"), { installed: true });
  assert.equal(modules.filter(({ type }) => type === "CompiledWasm").length, 1);
  const running = await startWorkers([{ name: "installed", modules }]);
  try {
    const body = new FormData();
    body.set("image", new Blob([await readFile(join(project, "portrait.jpg"))]), "portrait.jpg");
    body.set("sound", new Blob([await readFile(join(project, "voice.mp3"))]), "voice.mp3");
    assertFound(await (await fetch(running.url, { method: "POST", body })).json());
  } finally {
    await running.close();
  }
});

for (const format of ["esm", "cjs"]) test(`Node, bundled by esbuild (${format}): the module beside the bundle, and what is wrong without it`, async () => {
  const { project, folder } = installed;
  const file = "kling_avatar_server_bg.wasm";
  const name = format === "esm" ? "server.mjs" : "server.cjs";
  const contents = `import { createGateway } from "kling-avatar/gateway";
    import { validate } from "kling-avatar";
    const told = ({ name, code, message, retryable }) => ({ name, code, message, retryable });
    validate({ image: new Uint8Array(), audioId: "a", prompt: typeof createGateway })
      .then(({ problems }) => problems.map(({ code }) => code), told).then((found) => console.log(JSON.stringify(found)));`;
  const entry = { contents, resolveDir: project };
  await bundle({ stdin: entry, bundle: true, platform: "node", format, outfile: join(project, format, name), logLevel: "error" });
  const run = async () => JSON.parse(await runInNode(join(project, format), "main.mjs", `import "./${name}";`));

  const absent = await run();
  assert.deepEqual([absent.name, absent.code, absent.retryable], ["AvatarError", "configuration", false]);
  assert.match(absent.message, /is not at .*kling_avatar_server_bg\.wasm\. Copy it beside your bundle/);
  await mkdir(join(project, format, file));
  const unreadable = await run();
  assert.deepEqual([unreadable.code, unreadable.retryable], ["configuration", false]);
  assert.match(unreadable.message, /could not be read: EISDIR/);
  await rmdir(join(project, format, file));
  await copyFile(join(folder, "dist", file), join(project, format, file));
  assert.deepEqual(await run(), ["empty"]);
});
