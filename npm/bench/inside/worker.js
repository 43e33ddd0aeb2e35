// What runs in workerd: one request makes one body, in the way that its path names, and sends it where the path says so. The
// clock of a Worker stands still while it works, so that the time is taken outside, of the process.
import * as kit from "kling-avatar";
import { byHand, ours } from "./ways.js";

const INPUT = { prompt: "A woman speaks warmly to the camera", externalTaskId: "11111111-2222-4333-8444-555555555555" };

let ways;

export default {
  async fetch(request, { image, sound, SINK }) {
    const files = { image: new Uint8Array(image), sound: new Uint8Array(sound) };
    ways ??= { nothing: async () => ({ body: "" }), ...byHand() };
    const [what, name] = new URL(request.url).pathname.slice(1).split("/").map(decodeURIComponent);
    if (what === "") return Response.json(["kling-avatar", ...Object.keys(ways)]);
    // A client belongs to its request, as it does where the key comes from `env`.
    if (what === "sent" && name === "kling-avatar") await sentByUs(files, SINK);
    if (what === "sent" && name !== "kling-avatar") await (await fetch(SINK, { method: "POST", body: (await ways[name](files)).body })).text();
    if (what === "sent") return new Response();
    const { body, after } = await (name === "kling-avatar" ? ours(kit)(files) : ways[name](files));
    await after;
    return new Response(String(body.length));
  },
};

/** With the platform's own `fetch`, and so as a stream. */
function sentByUs({ image, sound }, baseUrl) {
  return new kit.AvatarClient({ apiKey: "sk-bench-0123456789", baseUrl }).createTask({ ...INPUT, image, soundFile: sound });
}
