import { begin, connect, imports, validate } from "./kling_avatar.js";

/** The module for pages and for those who load it themselves. */
export const glue = { file: "kling_avatar_bg.wasm", imports, begin, connect, validate };
