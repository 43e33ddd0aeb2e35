import { Refusal } from "./gateway-refusal.js";
import { claimsOf, taskOf } from "./gateway-tasks.js";

const FORWARDED = ["content-length", "content-range", "accept-ranges", "etag", "last-modified"];
const ANSWER_TIMEOUT_MS = 30_000;

/** `GET /tasks/{token}/video`: the finished video, whole or in the part that a player asks for. */
export async function video(call, token) {
  const { taskId, externalTaskId } = await claimsOf(call, token);
  call.externalTaskId = externalTaskId;
  const task = await taskOf(call, taskId);
  const { searchParams } = call.url;
  const found = task.videos[Number(searchParams.get("index") ?? 0)];
  const watermark = searchParams.get("watermark") ?? "0";
  if (watermark !== "0" && watermark !== "1") throw new Refusal(422, "invalid_request", "watermark must be 0 or 1.");
  const url = watermark === "1" ? found?.watermarkUrl : found?.url;
  if (url === undefined) throw new Refusal(404, "not_found", "This task has no such video (yet).");
  const range = rangeOf(call.request);
  const response = await open(call, checked(url, call.settings.videoHosts), range);
  return streamed(response, range === undefined ? [200] : [200, 206, 416]);
}

function rangeOf({ headers }) {
  const range = headers.get("range");
  return range !== null && /^bytes=(\d{1,15}-\d{0,15}|-\d{1,15})$/.test(range) ? range : undefined;
}

/** Only what the service itself has just named is fetched, over HTTP and without credentials of any kind. */
function checked(text, hosts) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const right = url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  if (!right || (hosts !== undefined && !hosts.includes(url.host))) {
    throw new Refusal(502, "invalid_response", "The service names a video that this gateway does not fetch.");
  }
  return url.href;
}

async function open({ request, settings }, url, range) {
  const headers = { "accept-encoding": "identity", ...(range === undefined ? {} : { range }) };
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ANSWER_TIMEOUT_MS);
  try {
    const method = request.method === "HEAD" ? "HEAD" : "GET";
    return await (settings.fetch ?? fetch)(url, { method, headers, redirect: "manual", signal: controller.signal });
  } catch {
    throw new Refusal(502, "network", "The video cannot be reached.");
  } finally {
    clearTimeout(timer);
  }
}

/** A part that nobody has asked for would be taken for the whole. */
function streamed(response, statuses) {
  const { status, body, headers: from } = response;
  const type = (from.get("content-type") ?? "").split(";")[0].trim().toLowerCase();
  const isVideo = type.startsWith("video/") || type === "application/octet-stream" || type === "binary/octet-stream";
  if (!statuses.includes(status) || (status !== 416 && !isVideo)) {
    body?.cancel().catch(() => {});
    const gone = status === 404 || status === 403 || status === 410;
    if (gone) throw new Refusal(404, "not_found", "The video is not there (any more); the service deletes videos after 30 days.");
    throw new Refusal(502, "invalid_response", "What the service names is no video.");
  }
  const headers = new Headers({
    "content-type": type.startsWith("video/") ? type : "video/mp4",
    "cache-control": "private, max-age=3600",
    "content-security-policy": "sandbox; default-src 'none'",
  });
  // Of contents that the platform has decoded the host has told other lengths.
  if (!from.has("content-encoding")) for (const name of FORWARDED) if (from.has(name)) headers.set(name, from.get(name));
  return new Response(status === 416 ? null : body, { status, headers });
}
