import * as format from "./format.js";
import { find } from "./i18n.js";
import { textElement } from "./dom.js";

/** Words for a problem: ours where all their values are known, otherwise the package's own sentence. */
export function problemWords(problem, values) {
  const { actual, code } = problem;
  if (typeof actual === "number" && /^too_(short|long)$/.test(code)) {
    values = { ...values, duration: format.seconds(actual, 2) };
  }
  return (
    find(`problem.${problem.field}.${problem.code}`, values) ??
    find(`problem.${problem.code}`, values) ??
    problem.message
  );
}

export function showProblems(list, input, sentences) {
  list.replaceChildren(...sentences.map((sentence) => textElement("li", sentence)));
  if (sentences.length > 0) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

/** The limits as words, for hints and problems. */
export function limitValues(limits) {
  return {
    imageMax: format.bytes(limits.imageMaxBytes),
    minSide: limits.imageMinSidePixels,
    maxRatio: limits.imageMaxAspectRatio,
    audioMax: format.bytes(limits.audioMaxBytes),
    minSeconds: format.seconds(limits.audioMinSeconds),
    maxSeconds: format.seconds(limits.audioMaxSeconds),
    promptMax: limits.promptMaxCharacters,
  };
}
