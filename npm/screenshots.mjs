// `npm run screenshots [-- --out FOLDER --language ru]`: each state of the demo page, in both themes, on a phone and on a desktop.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build/package.mjs";
import { BUILD } from "./setup/paths.mjs";
import { Stop, command, say } from "./setup/report.mjs";

const USAGE = "npm run screenshots -- [--out build/screenshots] [--language en|ru]";
const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 860 } };

await command(async () => {
  const { out = join(BUILD, "screenshots"), language = "en" } = options();
  await build();
  const { startStand } = await import("../tests/page/stand.mjs");
  const { walk } = await import("../tests/page/states.mjs");
  const stand = await startStand();
  mkdirSync(out, { recursive: true });
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      stand.reset();
      const visit = await stand.open({ viewport, colorScheme, locale: language, reducedMotion: "reduce" });
      await walk(visit.page, stand, async (state) => {
        await visit.page.evaluate(() => scrollTo(0, 0));
        await visit.page.screenshot({ path: join(out, `${state}-${size}-${colorScheme}.png`), fullPage: true });
      });
      await visit.close();
    }
  }
  await stand.close();
  say(`The screenshots are in ${out}`);
});

function options() {
  try {
    return parseArgs({ options: { out: { type: "string" }, language: { type: "string" } } }).values;
  } catch (error) {
    throw new Stop(`${error.message.split("\n", 1)[0]} Usage: ${USAGE}`);
  }
}
