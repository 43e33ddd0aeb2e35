// The states that the page can be in, one after another, for those who look at each: axe, and the screenshots.
import { file } from "./fixtures.mjs";
import { phase, useSamples } from "./stand.mjs";

/** Walks through them. `look(name)` is called in each. */
export async function walk(page, stand, look) {
  await look("empty");
  await page.click("#generate");
  await page.setInputFiles("#photo-input", file("holiday.gif", "image/gif", Buffer.from("GIF89a, but not a photo that is taken")));
  await page.waitForSelector("#photo-problems li");
  await page.waitForSelector("#voice-problems li");
  await look("problems");

  await useSamples(page);
  await look("ready");
  for (const id of ["connection", "pickup", "code"]) await page.click(`#${id} summary`);
  await page.check("[name=connection][value=key]");
  await page.click("#speech-open");
  await page.waitForSelector("#speech-text:visible");
  await page.waitForFunction(() => document.getElementById("code-text").textContent !== "");
  await look("opened");
  await page.check("[name=connection][value=gateway]");
  await look("gateway");
  await page.check("[name=connection][value=sandbox]");
  await page.click("#speech-open");
  for (const id of ["connection", "pickup", "code"]) await page.evaluate((name) => (document.getElementById(name).open = false), id);

  stand.hold();
  stand.sandbox.options.uploadBytesPerSecond = 20_000;
  await page.click("#generate");
  await phase(page, "uploading");
  await look("uploading");
  stand.sandbox.options.uploadBytesPerSecond = 0;
  await phase(page, "processing");
  await look("making");
  await page.click("#cancel");
  await page.waitForSelector("#notice:visible");
  await page.click("#notice-details summary");
  await look("stopped");
  stand.finish();
  await page.click("#resume");
  await page.waitForSelector("#done:visible");
  await page.waitForFunction(() => /[KMКМ][BБ]/.test(document.getElementById("shelf-space").textContent));
  await page.locator("#stage-video").evaluate(async (video) => {
    video.muted = true;
    await video.play();
    while (video.currentTime < 1) await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    video.pause();
  });
  await look("done");

  await page.fill("#prompt", "[fail: no face was found]");
  await page.click("#generate");
  await page.waitForSelector("#notice:visible");
  await look("failed");
}
