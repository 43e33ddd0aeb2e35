// What a first visit costs, by the browser's own figures.

/** Opens the page from `stand` in a fresh profile and waits until nothing more is on its way. */
export async function measureVisit(stand, settings = {}) {
  const bytes = {};
  const visit = await stand.open({
    ...settings,
    async before(page, context) {
      const line = await context.newCDPSession(page);
      const urls = new Map();
      await line.send("Network.enable");
      line.on("Network.responseReceived", ({ requestId, response }) => urls.set(requestId, response.url));
      line.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
        const name = new URL(urls.get(requestId)).pathname;
        bytes[name] = (bytes[name] ?? 0) + encodedDataLength;
      });
      await page.addInitScript(observe);
    },
  });
  const { page } = visit;
  await page.waitForLoadState("networkidle");
  const seen = await page.evaluate(() => ({ ...window.seen, firstPaint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime }));
  const total = Object.values(bytes).reduce((sum, count) => sum + count, 0);
  return { visit, bytes, total, ...seen };
}

/** Runs in the page, before everything else. */
function observe() {
  window.seen = { largestPaint: 0, shift: 0, longestTask: 0 };
  const watch = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  watch("largest-contentful-paint", ({ startTime }) => (window.seen.largestPaint = startTime));
  watch("layout-shift", ({ value, hadRecentInput }) => (window.seen.shift += hadRecentInput ? 0 : value));
  watch("longtask", ({ duration }) => (window.seen.longestTask = Math.max(window.seen.longestTask, duration)));
}
