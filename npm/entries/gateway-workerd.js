import "./workerd.js";

export * from "./gateway.js";
