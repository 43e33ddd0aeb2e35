import "./edge.js";

export * from "./gateway.js";
