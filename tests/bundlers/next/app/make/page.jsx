export { default } from "./Maker";
