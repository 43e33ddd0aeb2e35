// What runs in workerd: one request makes one body, in the way that its path names. The clock of a Worker stands still
// while it works, so that the time is taken outside, of the process.
import * as kit from "kling-avatar";
import { byHand, ours } from "./ways.js";

let ways;

export default {
  async fetch(request, { image, sound }) {
    const files = { image: new Uint8Array(image), sound: new Uint8Array(sound) };
    ways ??= { nothing: async () => ({ body: [] }), ...byHand() };
    const name = decodeURIComponent(new URL(request.url).pathname.slice(1));
    if (name === "") return Response.json(["kling-avatar", ...Object.keys(ways)]);
    // A client belongs to its request, as it does where the key comes from `env`.
    const { body, after } = await (name === "kling-avatar" ? ours(kit)(files) : ways[name](files));
    await after;
    return new Response(String(body.length));
  },
};
