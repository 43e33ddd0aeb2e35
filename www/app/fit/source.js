// The file that a person gave.
import { find, t } from "../i18n.js";
import { isReadable } from "../intake.js";

/** Why the file of a field cannot be opened. */
export async function openingWords({ field }, file, error) {
  const { code, actual } = error.problems?.[0] ?? {};
  if (code === "corrupt" && !(await isReadable(file))) return t(`problem.${field}.unreadable`);
  if (code === "too_long" || code === "too_large") return t("fit.tooMuch");
  if (code !== "unsupported_format" || !actual) return t("fit.failed");
  return find(`fit.undecodable.${actual}`) ?? t("fit.undecodable", { format: actual });
}

/** The new file under the name of the old one. */
export function renamed(file, name) {
  const stem = name.replace(/\.[^.]*$/, "") || "photo";
  return new File([file], `${stem}.${file.name.split(".").pop()}`, { type: file.type });
}
