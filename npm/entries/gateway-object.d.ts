export { AvatarLedger } from "./gateway.js";
