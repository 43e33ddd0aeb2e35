import { begin, connect, imports, validate } from "./kling_avatar_server.js";

/** The module for servers, which holds what a gateway needs, too. */
export const glue = { file: "kling_avatar_server_bg.wasm", imports, begin, connect, validate };
