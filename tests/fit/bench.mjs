// Where the module is tried: an otherwise empty page in Chromium, with nothing loaded but what a test imports.
import { startStand } from "../page/stand.mjs";

/** Starts a browser with the package beside an empty page; `fit(call)` runs one function of the module there. */
export async function startBench() {
  const stand = await startStand();
  const files = new Map();
  const visit = await stand.open({
    ready: "p",
    url: `${stand.url}empty.html`,
    before: async (page) => {
      await page.route("**/empty.html", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><p>Empty" }));
      await page.route("**/given/*", (route) => route.fulfill({ body: files.get(new URL(route.request().url()).pathname) }));
    },
  });
  const fit = async (name, bytes, options, then) => {
    const path = `/given/${files.size}`;
    files.set(path, bytes);
    const told = await visit.page.evaluate(callFit, { name, path, options, then: String(then ?? "") });
    return { ...told, ...(told.base64 !== undefined && { bytes: Buffer.from(told.base64, "base64") }) };
  };
  return { fit, page: visit.page, seen: visit.seen, close: () => stand.close() };
}

/** Calls `fitImage` or `fitSound` in the page; gives what came back, what the core says of it, or the error. */
async function callFit({ name, path, options = {}, then }) {
  const kit = await import("/kling-avatar/fit.js");
  const given = new File([await (await fetch(path)).blob()], options.as ?? "given.bin", { type: options.mime });
  try {
    const fitted = await kit[name](given, options);
    const { file, ...rest } = fitted;
    const field = name === "fitImage" ? "image" : "soundFile";
    const { validate } = await import("/kling-avatar/browser.js");
    const report = await validate({ image: null, soundFile: null, prompt: "-", [field]: file });
    const extra = then === "" ? undefined : await (0, eval)(`(${then})`)(file);
    const bytes = new Uint8Array(await file.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
    return {
      ...rest, extra, same: file === given, name: file.name, type: file.type, base64: btoa(text),
      report: report[field], problems: report.problems.filter((problem) => problem.field === field),
    };
  } catch (error) {
    const { code, message, problems, retryable } = error;
    return { failed: { is: error instanceof kit.AvatarError, code, message, problem: problems?.[0]?.code, field: problems?.[0]?.field, retryable } };
  }
}
