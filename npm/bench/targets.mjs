// What was aimed at, and what was found.
import { compared, median, rounded } from "./numbers.mjs";

const FASTER = { Chromium: 3, Firefox: 2, WebKit: 2 };
const READING = 1.5;
const BLOCK_MS = 8;
const LINEAR_BYTES = 4 * 2 ** 20;

/** Each `{ name, aim, found, met }`. */
export function targets({ places }) {
  return Object.entries(places).flatMap(([place, found]) => [
    ...(FASTER[place] ? inPages(place, found) : []),
    ...(place === "Node" ? inNode(found) : []),
    ...(place === "workerd" ? inWorkerd(found) : []),
    ...(found.linearBytes ? [limited(`${place}: linear memory after ${found.tasks} tasks, MiB`, found.linearBytes / 2 ** 20, LINEAR_BYTES / 2 ** 20)] : []),
    ...(found.encoding ? [encoding(place, found)] : []),
  ]);
}

function inPages(place, { body, blocks, traces }) {
  const { best, times, ofReading } = compared(body);
  return [
    {
      name: `${place}: body ready, beside ${best}`,
      aim: `${FASTER[place]} times faster, or at most ${READING} times reading`,
      found: `${rounded(times)} times faster, ${rounded(ofReading)} times reading`,
      met: times >= FASTER[place] || ofReading <= READING,
    },
    ...Object.keys(blocks).map((files) => limited(`${place}: longest block of the page, ${files}, ms`, median(traces?.[files] ?? blocks[files]), BLOCK_MS)),
  ];
}

function inNode({ body, memory }) {
  const largest = Math.max(0, ...memory.map(({ bodyBytes }) => bodyBytes));
  const rows = memory.filter(({ way, bodyBytes }) => way.startsWith("kling-avatar") && bodyBytes === largest);
  return [
    faster("Node: body ready from bytes", compared(body, "kling-avatar, bytes")),
    faster("Node: body ready from a Blob", compared(body)),
    ...rows.map(({ way, bodyBytes, peakBytes }) => limited(`Node: memory, bodies, ${way}`, median(peakBytes) / bodyBytes, 1.6)),
  ];
}

function inWorkerd({ cpu, sent }) {
  return [...ofRequests("body ready", cpu), ...ofRequests("body sent", sent)];
}

/** Compared without what any request takes. */
function ofRequests(what, { nothing, ...ways }) {
  const idleMs = median(nothing);
  const net = Object.fromEntries(Object.entries(ways).map(([name, samples]) => [name, samples.map((ms) => ms - idleMs)]));
  return [faster(`workerd: ${what}`, compared(net)), limited(`workerd: ${what}, processor time of a request, ms`, median(ways["kling-avatar"]), 10)];
}

function encoding(place, found) {
  return limited(`${place}: encoding, copies of the same output`, median(found.encoding.encode) / median(found.encoding.copy), 4);
}

function faster(name, { best, times }) {
  return { name: `${name}, beside ${best}`, aim: "6 times faster", found: `${rounded(times)} times faster`, met: times >= 6 };
}

function limited(name, value, limit) {
  return { name, aim: `at most ${limit}`, found: String(rounded(value)), met: value <= limit };
}
