/** A refusal in Kling's terms: the HTTP status, the code, and a message that says which field and why. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {number} code
   * @param {string} message
   * @param {{ headers?: Record<string, string>, body?: unknown }} [more] `body` replaces the usual envelope
   */
  constructor(status, code, message, more = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = more.headers ?? {};
    this.body = more.body;
  }
}

/** The connection is to be cut without an answer. */
export class ConnectionLost extends Error {
  /** @param {"before" | "during" | "after"} when @param {boolean} [reset] */
  constructor(when, reset = false) {
    super(`The sandbox cuts the connection ${when} handling`);
    this.when = when;
    this.reset = reset;
  }
}

/** @param {unknown} body @param {number} [status] @param {Record<string, string>} [headers] */
export function json(body, status = 200, headers = {}) {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
  });
}

/** @param {unknown} data @param {string} requestId */
export function succeed(data, requestId) {
  return json({ code: 0, message: "SUCCEED", request_id: requestId, data });
}

/**
 * The refusal in the chosen envelope.
 * @param {Refusal} refusal @param {"kling" | "comet"} envelope @param {string} requestId
 */
export function refuse(refusal, envelope, requestId) {
  if (refusal.body !== undefined) return json(refusal.body, refusal.status, refusal.headers);
  const body = envelope === "comet" ? cometError(refusal, requestId)
    : { code: refusal.code, message: refusal.message, request_id: requestId };
  return json(body, refusal.status, refusal.headers);
}

/** @param {{ status: number, message: string }} refusal @param {string} requestId */
function cometError({ status, message }, requestId) {
  return {
    error: {
      message: `${message} (request id: ${requestId})`,
      type: "comet_api_error",
      param: "",
      code: status === 400 || status === 413 || status === 422 ? "invalid_request" : "",
    },
  };
}

/** @param {string} text */
export function html(text, status = 404) {
  const page = `<!DOCTYPE html>\n<html lang="en"><head><title>${text}</title></head><body><h1>${text}</h1></body></html>\n`;
  return new Response(page, { status, headers: { "content-type": "text/html; charset=utf-8" } });
}

/**
 * What a gateway answers on a path that it does not know.
 * @param {"html" | "redirect" | "comet" | "kling"} kind @param {string} requestId @param {string} path
 */
export function unknownPath(kind, requestId, path) {
  if (kind === "redirect") return new Response(null, { status: 301, headers: { location: "/" } });
  if (kind === "html") return html("404 Not Found");
  if (kind === "comet") return json(cometError({ status: 404, message: `Invalid URL (GET ${path})` }, requestId), 404);
  return json({ code: 1203, message: `No such resource: ${path}`, request_id: requestId }, 404);
}

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Content-Length, Content-Range, Accept-Ranges, Retry-After, X-Request-Id, Location",
};

/** @param {Response} response */
export function withCors(response) {
  for (const [name, value] of Object.entries(CORS)) response.headers.set(name, value);
  return response;
}

/** @param {Request} request */
export function preflight(request) {
  return withCors(new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, HEAD, POST, DELETE, OPTIONS",
      "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "Authorization, Content-Type",
      "access-control-allow-private-network": "true",
      "access-control-max-age": "600",
    },
  }));
}
