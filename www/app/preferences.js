import { byId, remember } from "./dom.js";
import { onLanguage, otherLanguage, t, useLanguage } from "./i18n.js";

/** Theme and language: the system's until one is chosen here. */
export function setUpPreferences() {
  setUpTheme();
  byId("language").addEventListener("click", () => {
    remember("language", otherLanguage());
    useLanguage(otherLanguage());
  });
  onLanguage(() => {
    byId("language").textContent = t("nav.language");
    byId("language").lang = otherLanguage();
  });
}

function setUpTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const { dataset } = document.documentElement;
  const button = byId("theme");
  const isDark = () => (dataset.theme ? dataset.theme === "dark" : system.matches);
  const render = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    dataset.theme = isDark() ? "light" : "dark";
    remember("theme", dataset.theme);
    render();
  });
  system.addEventListener("change", render);
  render();
}
