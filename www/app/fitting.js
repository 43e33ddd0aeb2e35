import { byId } from "./dom.js";
import { t } from "./i18n.js";

/**
 * Offers to make a file fit, to adjust one that fits, and to take a photo or record a voice. All of that is loaded only
 * when it is asked for, or when a file was chosen that may need it.
 */
export function offerFitting(fields, limits) {
  for (const field of fields) {
    const open = (way) => part(field, way, limits);
    byId(`${field.name}-adjust`).addEventListener("click", () => open("adjust"));
    byId(`${field.name}-capture`).addEventListener("click", () => open("capture"));
    field.addEventListener("change", () => {
      if (field.file && (field.problems.length > 0 || field.origin || field.name === "photo")) open("offer");
      else byId(`${field.name}-offer`).replaceChildren();
    });
  }
}

async function part(field, way, limits) {
  try {
    await (await import("./fit/fit.js"))[way](field, limits);
  } catch (error) {
    console.warn(error);
    if (way === "offer" && field.problems.length === 0) return; // Nobody asked, and nothing is missed.
    byId(`${field.name}-offer`).textContent = t("error.unavailable");
  }
}
