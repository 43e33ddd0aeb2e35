const catalogs = [{ en: async () => (await import("../i18n/en.js")).default, ru: async () => (await import("../i18n/ru.js")).default }];
const listeners = new Set();
let language = "en";
let wanted = "en";
let catalog = {};

export const currentLanguage = () => language;
export const otherLanguage = () => (language === "en" ? "ru" : "en");

/** Calls back now and whenever the language changes. */
export function onLanguage(listener) {
  listeners.add(listener);
  listener();
}

export async function useLanguage(name) {
  await load(name);
  language = name;
  document.documentElement.lang = name;
  document.title = t("page.title");
  translate(document);
  for (const listener of listeners) listener();
}

/** Adds the words of a part that is loaded later: a function for each language that gives them. */
export async function addWords(more) {
  catalogs.push(more);
  await load(wanted);
}

async function load(name) {
  wanted = name;
  const words = await Promise.all(catalogs.map((each) => each[name]()));
  if (wanted === name) catalog = Object.assign({}, ...words);
}

/** The words for a key, or the key itself. */
export const t = (key, values) => find(key, values) ?? key;

/** The words for a key, or undefined where there are none or a value for them is missing. */
export function find(key, values = {}) {
  const entry = catalog[key];
  if (entry === undefined) return undefined;
  const template = typeof entry === "string" ? entry : plural(entry, values.count);
  let complete = true;
  const words = template.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    if (value === undefined || value === null) complete = false;
    return typeof value === "number" ? formatNumber(value) : value;
  });
  return complete ? words : undefined;
}

const plural = (forms, count) => forms[new Intl.PluralRules(language).select(count)] ?? forms.other;

export const formatNumber = (value, options) => new Intl.NumberFormat(language, options).format(value);

function translate(root) {
  for (const element of root.querySelectorAll("[data-i18n]")) {
    element.textContent = t(element.dataset.i18n);
  }
  for (const element of root.querySelectorAll("[data-i18n-attrs]")) {
    for (const pair of element.dataset.i18nAttrs.split(" ")) {
      const [attribute, key] = pair.split("=");
      element.setAttribute(attribute, t(key));
    }
  }
}
