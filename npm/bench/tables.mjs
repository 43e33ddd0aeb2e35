// The results as tables: `{ title, note, rows }`, each row with a `name`; `plot` names the columns that are drawn.
import { compared, least, median, most, rounded } from "./numbers.mjs";

export function tables(results) {
  const places = Object.entries(results.places);
  const pages = places.filter(([, { blocks }]) => blocks);
  const all = [
    { title: "Targets", rows: results.targets.map(({ met, ...row }) => ({ ...row, met: met ? "yes" : "no" })) },
    ...places.flatMap(([name, found]) => bodyTables(name, found)),
    { title: "Longest block of the page while a body is made, ms", rows: pages.flatMap(blockRows), plot: ["median"], limit: 8 },
    { title: "Memory of the Node process over what it had, bodies", rows: memoryRows(results.places.Node), plot: ["median"], limit: 1.6 },
    { title: "Linear memory of the module", rows: linearRows(places) },
    { title: "Encoding in WebAssembly, ms", rows: places.filter(([, { encoding }]) => encoding).map(encodingRow), plot: ["encode", "copy", "copy in cache"] },
    { title: "Start", rows: places.filter(([, { startUp }]) => startUp).map(startRow) },
    { title: "Checking a file", rows: results.probes ?? [] },
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

function bodyTables(place, { version, body, cpu, sent }) {
  if (body) return [bodyTable(`Body ready in ${place} ${version}, ms`, body)];
  const of = "processor time of a request, ms";
  return [bodyTable(`Body ready in ${place} ${version}, ${of}`, cpu), bodyTable(`Body sent in ${place} ${version}, ${of}`, sent)];
}

function bodyTable(title, samples) {
  const { nothing, ...ways } = samples;
  const { bestMs, readingMs } = compared(ways);
  const rows = Object.entries(samples).map(([name, each]) => ({
    name,
    median: rounded(median(each)),
    least: rounded(least(each)),
    most: rounded(most(each)),
    "best by hand, times": rounded(bestMs / median(each)),
    ...(readingMs === undefined ? {} : { "of reading": rounded(median(each) / readingMs) }),
  }));
  return { title, rows, plot: ["median"] };
}

function blockRows([place, { blocks, traces }]) {
  const row = (name, samples) => ({ name: `${place}, ${name}`, median: rounded(median(samples)), least: rounded(least(samples)), most: rounded(most(samples)) });
  return [
    ...Object.entries(blocks).map(([files, samples]) => row(`${files}, by a heartbeat`, samples)),
    ...Object.entries(traces ?? {}).map(([files, samples]) => row(`${files}, by its trace`, samples)),
  ];
}

function memoryRows(node) {
  return (node?.memory ?? []).map(({ way, bodyBytes, peakBytes }) => ({
    name: `${way}, body of ${rounded(bodyBytes / 1e6)} MB`,
    median: rounded(median(peakBytes) / bodyBytes),
    most: rounded(most(peakBytes) / bodyBytes),
    "MB": rounded(median(peakBytes) / 1e6),
  }));
}

function linearRows(places) {
  const measured = places.filter(([, { linearBytes }]) => linearBytes);
  return measured.map(([name, { linearBytes, tasks }]) => ({ name, MiB: rounded(linearBytes / 2 ** 20), "after tasks of maximum size": tasks }));
}

function encodingRow([name, { encoding }]) {
  const { encode, copy, copyInCache } = Object.fromEntries(Object.entries(encoding).map(([way, samples]) => [way, median(samples)]));
  return { name, encode: rounded(encode), copy: rounded(copy), "copy in cache": rounded(copyInCache), "copies": rounded(encode / copy) };
}

function startRow([name, { startUp }]) {
  const { importMs, readyMs, blockMs, calls } = startUp;
  const block = blockMs === undefined ? "" : rounded(blockMs);
  return { name, "import ms": rounded(importMs), "ready ms": rounded(readyMs), "longest block ms": block, "called while importing": calls.join(", ") || "nothing" };
}
