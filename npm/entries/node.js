import { readFile } from "node:fs/promises";
import { provide } from "./module.js";

provide(() => readFile(new URL("./kling_avatar_bg.wasm", import.meta.url)));

export * from "./index.js";
