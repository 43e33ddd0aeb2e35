export const CREATE_PATH = "/kling/v1/videos/avatar/image2video";
export const SPEECH_PATH = "/kling/v1/audio/tts";

/**
 * @typedef {"create" | "read" | "find" | "list" | "speech" | "speechRead" | "file" | "home" | "unknown" | "wrongMethod"} Kind
 * @typedef {{ kind: Kind, id: string, by?: "path" | "query" }} Route
 */

/** Says what a request is. @param {Request} request @param {string} basePath @returns {Route} */
export function classify(request, basePath) {
  const url = new URL(request.url);
  if (!url.pathname.startsWith(basePath)) return { kind: "unknown", id: url.pathname };
  const path = url.pathname.slice(basePath.length);
  const reads = request.method === "GET" || request.method === "HEAD";
  if (path === "/" || path === "") return { kind: "home", id: path };
  if (reads && path.startsWith("/files/")) return { kind: "file", id: path.slice("/files/".length) };
  if (path === CREATE_PATH) return collection(request.method, url.searchParams.get("external_task_id"));
  if (path === SPEECH_PATH) return { kind: request.method === "POST" ? "speech" : "wrongMethod", id: "" };
  const taskId = below(CREATE_PATH, path);
  if (taskId) return reads ? member(taskId) : { kind: "wrongMethod", id: taskId };
  const speechTaskId = below(SPEECH_PATH, path);
  if (speechTaskId) return { kind: reads ? "speechRead" : "wrongMethod", id: speechTaskId };
  return { kind: "unknown", id: url.pathname };
}

/** @param {string} method @param {string | null} externalTaskId @returns {Route} */
function collection(method, externalTaskId) {
  if (method === "POST") return { kind: "create", id: "" };
  if (method !== "GET") return { kind: "wrongMethod", id: "" };
  return externalTaskId ? { kind: "find", by: "query", id: externalTaskId } : { kind: "list", id: "" };
}

/** The sandbox's own ids are 18 digits; anything else is the caller's. @param {string} id @returns {Route} */
function member(id) {
  return /^\d{18}$/.test(id) ? { kind: "read", id } : { kind: "find", by: "path", id };
}

/** The one path segment below `parent`, decoded. @param {string} parent @param {string} path */
function below(parent, path) {
  if (!path.startsWith(`${parent}/`)) return undefined;
  const segment = path.slice(parent.length + 1);
  if (!segment || segment.includes("/")) return undefined;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
