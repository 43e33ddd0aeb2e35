export { AvatarClient, validate } from "./client.js";
export { AvatarError } from "./error.js";
export { limits } from "./limits.js";
