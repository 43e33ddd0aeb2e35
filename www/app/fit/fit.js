// What the rest of the page knows of fitting.
import { addWords } from "../i18n.js";

export { offer } from "./offer.js";
export { adjust, capture } from "./open.js";

await addWords({
  en: async () => (await import("../../i18n/fit-en.js")).default,
  ru: async () => (await import("../../i18n/fit-ru.js")).default,
});
