// A stand-in for the service inside the page, for hosts that have nothing behind them: the sandbox's own API, with videos
// made by the browser. Nothing leaves the page.
import { createSandboxApi } from "../../tests/sandbox/api.mjs";
import * as checks from "./checks.js";
import { hum } from "./speech.js";
import { createVideoMaker } from "./video.js";

/** Never asked for over the network: every call ends in the function below. */
const ORIGIN = "https://preview.invalid";

/** What a client needs to talk to it: `{ baseUrl, fetch }`. */
export function startPreview() {
  const api = createSandboxApi({
    checks,
    makeVideo: createVideoMaker(),
    speech: hum,
    seed: crypto.randomUUID(),
    options: { taskSeconds: 1.5 },
    fetch: () => Promise.reject(new TypeError("The preview fetches nothing.")),
  });
  return { baseUrl: ORIGIN, fetch: (input, init) => api.fetch(new Request(input, init)) };
}
