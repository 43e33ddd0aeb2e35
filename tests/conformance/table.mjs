// The matrix as Markdown, as it is printed and as docs/conformance.md shows it.
import { checks } from "./suite/run.js";
import { QUICK, SLOW, title } from "./targets.mjs";

const INTRODUCTION = `# What passes where

Each check uses the packed package through its public contract alone, against the sandbox. Made by \`npm run conformance\`.

`;

/** The headings of all places. */
export const places = () => Object.entries({ ...QUICK, ...SLOW }).flatMap(([name, { places }]) => places.map((place) => title(name, place)));

/** `columns` are `{ heading, results }`, the latter as the suite gives them. */
export function table(columns) {
  const row = (cells) => `| ${cells.join(" | ")} |\n`;
  const mark = (results, check) => ({ true: "✓", false: "✗" })[results.find(({ name }) => name === check)?.ok] ?? "–";
  const names = Object.keys(checks);
  return [
    row(["", ...columns.map(({ heading }) => heading)]),
    row(["---", ...columns.map(() => ":-:")]),
    ...names.map((check) => row([check, ...columns.map(({ results }) => mark(results, check))])),
    row(["passed", ...columns.map(({ results }) => `${results.filter(({ ok }) => ok).length}/${names.length}`)]),
  ].join("");
}

export const page = (columns) => INTRODUCTION + table(columns);
