import { byId } from "./dom.js";
import { t } from "./i18n.js";

/**
 * Offers to make a file fit, to adjust one that fits, and to take a photo or record a voice. All of that is loaded only
 * when it is asked for, or when a file was chosen that may need it.
 */
export function offerFitting(fields, limits) {
  for (const field of fields) {
    const open = (way) => part(field, (fit) => fit[way](field, limits));
    byId(`${field.name}-adjust`).addEventListener("click", () => open("adjust"));
    byId(`${field.name}-capture`).addEventListener("click", () => open("capture"));
    field.addEventListener("change", () => {
      if (field.file && (field.problems.length > 0 || field.origin || field.name === "photo")) open("offer");
      else byId(`${field.name}-offer`).replaceChildren();
    });
  }
}

async function part(field, use) {
  try {
    await use(await import("./fit/fit.js"));
  } catch (error) {
    console.warn(error);
    byId(`${field.name}-offer`).textContent = t("error.unavailable");
  }
}
