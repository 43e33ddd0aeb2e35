import "./workerd.js";

export { AvatarLedger } from "./gateway-ledger.js";
