import "./node.js";

export * from "./gateway.js";
