import assert from "node:assert/strict";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { hosted, served } from "./host.mjs";
import { modulesIn, npx, startStand } from "./stand.mjs";

let stand, project;

before(async () => {
  stand = await startStand();
  project = await stand.project("vite");
});
after(() => stand?.close());

test("Vite, built", async () => {
  await npx(project, "vite", "build");
  assert.equal((await modulesIn(join(project, "dist"))).length, 1);
  await hosted(join(project, "dist"), stand.makesVideo);
});

test("Vite, while developing", async () => {
  await served(project, "vite", ["--port", "0", "--host", "127.0.0.1"], stand.makesVideo);
});

test("Vite up to 7, while developing: it moves scripts of packages elsewhere, and nothing beside them", async () => {
  const workspace = await stand.project("vite7");
  await served(workspace, "vite", ["--port", "0", "--host", "127.0.0.1"], stand.makesVideo);

  // An app of a workspace, whose packages lie above it.
  const app = join(workspace, "app");
  await mkdir(app);
  for (const file of ["main.js", "index.html"]) await copyFile(join(workspace, file), join(app, file));
  await writeFile(join(workspace, "package.json"), '{ "name": "workspace", "private": true, "workspaces": ["app"] }');
  await writeFile(join(app, "package.json"), '{ "name": "app", "private": true, "type": "module" }');
  await served(workspace, "vite", ["app", "--port", "0", "--host", "127.0.0.1", "--base", "/of/"], (url) => stand.makesVideo(`${url}of/`));
});
