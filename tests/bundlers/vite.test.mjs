import assert from "node:assert/strict";
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
  const before = await stand.project("vite7");
  await served(before, "vite", ["--port", "0", "--host", "127.0.0.1"], stand.makesVideo);
});
