import { readFile } from "node:fs/promises";
import { glue } from "./glue-server.js";
import { provide } from "./module.js";

provide(glue, () => readFile(new URL("./kling_avatar_server_bg.wasm", import.meta.url)));

export * from "./index.js";
