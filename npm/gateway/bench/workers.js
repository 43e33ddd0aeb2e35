// What the gateway is measured beside: a Worker that passes a body through, and one that does the naive thing.
const TASKS = "/kling/v1/videos/avatar/image2video";

export default {
  async fetch(request, env) {
    const body = env.KIND === "naive" ? await naive(request) : request.body;
    const headers = { authorization: `Bearer ${env.KEY}`, "content-type": env.KIND === "naive" ? "application/json" : request.headers.get("content-type") };
    const answer = await fetch(env.API_URL + TASKS, { method: "POST", headers, body });
    return new Response(answer.body, { status: answer.status, headers: { "content-type": "application/json" } });
  },
};

/** As it is written by hand: no check, no limit, the whole form and the whole text in memory. */
async function naive(request) {
  const form = await request.formData();
  const { prompt, externalTaskId } = JSON.parse(form.get("input"));
  const [image, sound_file] = await Promise.all(["image", "soundFile"].map(async (name) => base64(new Uint8Array(await form.get(name).arrayBuffer()))));
  return JSON.stringify({ image, sound_file, prompt, external_task_id: externalTaskId });
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_766) text += btoa(String.fromCharCode(...bytes.subarray(at, at + 32_766)));
  return text;
}
