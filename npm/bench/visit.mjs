// `npm run bench:page`: what a first visit of the demo page costs, by the browser's own figures, on this machine.
import { build } from "../build/package.mjs";
import { command } from "../setup/report.mjs";

const VISITS = 5;
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

await command(async () => {
  await build();
  const { measureVisit } = await import("../../tests/page/measure.mjs");
  const { startStaticStand } = await import("../../tests/page/static-stand.mjs");
  const stand = await startStaticStand();
  const table = {};
  for (const [name, viewport] of Object.entries(SIZES)) {
    const visits = [];
    for (let at = 0; at < VISITS; at++) {
      const measured = await measureVisit(stand, { viewport });
      await measured.visit.close();
      visits.push(measured);
    }
    const median = (key) => Math.round(visits.map((visit) => visit[key]).sort((a, b) => a - b)[VISITS >> 1]);
    table[name] = {
      "bytes (gzip, with headers)": visits[0].total,
      "first paint, ms": median("firstPaint"),
      "largest paint, ms": median("largestPaint"),
      "longest task, ms": median("longestTask"),
      "layout shift": Math.max(...visits.map(({ shift }) => shift)),
    };
  }
  await stand.close();
  console.table(table);
});
