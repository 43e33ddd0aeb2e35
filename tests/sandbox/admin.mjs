import { json } from "./answers.mjs";
import { changeOptions } from "./options.mjs";

/** @typedef {import("./api.mjs").Parts} Parts */

const PREFIX = "/_sandbox/";

/** The part after `/_sandbox/`, or `undefined`. @param {Request} request @param {string} basePath */
export function adminPath(request, basePath) {
  const { pathname } = new URL(request.url);
  return pathname.startsWith(basePath + PREFIX) ? pathname.slice(basePath.length + PREFIX.length) : undefined;
}

/** @type {Record<string, (parts: Parts, request: Request) => Promise<unknown> | unknown>} */
const ACTIONS = {
  "GET ledger": ({ ledger }, request) => ledger.read({ key: new URL(request.url).searchParams.get("key") ?? undefined }),
  "DELETE ledger": ({ ledger }) => (ledger.reset(), { ok: true }),
  "GET faults": ({ faults }) => faults.read(),
  "DELETE faults": ({ faults }) => (faults.clear(), { ok: true }),
  "POST faults": async ({ faults }, request) => {
    await faults.add(await request.json());
    return faults.read();
  },
  "GET options": ({ options }) => options,
  "POST options": async ({ options }, request) => {
    const changes = await request.json();
    if ("allowRemote" in changes) throw new TypeError("allowRemote is set where the sandbox is started: any page could set it here");
    changeOptions(options, changes);
    return options;
  },
  "POST reset": ({ reset }) => (reset(), { ok: true }),
};

/** What tests and people steer the sandbox with; needs no key. @param {Parts} parts @param {Request} request */
export async function handleAdmin(parts, request) {
  const name = `${request.method} ${adminPath(request, parts.basePath)}`;
  const action = ACTIONS[name];
  if (!action) return json({ error: `${name} is not there`, there: Object.keys(ACTIONS) }, 404);
  try {
    return json(await action(parts, request));
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return json({ error: error.message }, 400);
    throw error;
  }
}
