export * from "./index.js";

/**
 * Takes the module, `kling-avatar/kling_avatar_bg.wasm`: a `WebAssembly.Module`, its bytes, a `Response`, or a promise of one of
 * these. Call it first.
 */
export function init(module: WebAssembly.Module | BufferSource | Response | Promise<WebAssembly.Module | BufferSource | Response>): void;
