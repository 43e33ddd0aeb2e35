/** Gives a module's memory, which has as short a name as all its exports. */
export const linearMemory = (exports) => Object.values(exports).find((each) => each instanceof WebAssembly.Memory);
