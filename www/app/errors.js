import { find, t } from "./i18n.js";

// What helps when there is no task yet. With a task, waiting on for it is better than anything else.
const ACTIONS = {
  invalid_input: "fields",
  configuration: "connection",
  authentication: "connection",
  permission: "connection",
  insufficient_balance: "retry",
  content_policy: null,
  invalid_request: null,
  not_found: null,
  rate_limited: "retry",
  concurrency_limit: "retry",
  server: "retry",
  network: "retry",
  submission_unknown: "lookup",
  task_failed: "retry",
  timeout: "retry",
  aborted: null,
  invalid_response: "retry",
  nothing_found: "retry",
  unavailable: null,
  key_needed: "resume",
  elsewhere: null,
};

// Here the service's own sentence says what is wrong.
const QUOTED = new Set(["task_failed", "content_policy", "invalid_request", "permission", "insufficient_balance"]);

// What is only waited for here may be paid for all the same.
const WAITING = new Set(["key_needed", "elsewhere"]);

/** Those of the package, and some of the page's own. */
export const errorCodes = Object.keys(ACTIONS);

/** Turns a failed run into words and the one thing to do next. `settled`: there is no task, and none to look for. */
export function describe({ error, taskId, externalTaskId, sent, searching }) {
  const code = codeOf(error);
  const ended = code === "task_failed" || code === "not_found";
  const goesOn = Boolean(taskId) && !ended;
  const unsettled = !goesOn && Boolean(externalTaskId) && (code === "submission_unknown" || searching || lostAnswer(code, sent)) && code !== "nothing_found";
  const variant = goesOn ? "task" : unsettled ? "unsettled" : "plain";
  return {
    tone: code === "aborted" ? "calm" : "wrong",
    title: find(`error.${code}.${variant}.title`) ?? t(`error.${code}.title`),
    advice: find(`error.${code}.${variant}`) ?? t(`error.${code}`),
    quote: QUOTED.has(code) ? error.task?.statusMessage ?? error.message : undefined,
    more: goesOn && code !== "aborted" ? t("error.taskGoesOn") : undefined,
    action: goesOn ? (ACTIONS[code] === "connection" ? "connection" : "resume") : unsettled ? "lookup" : ACTIONS[code],
    settled: !goesOn && !unsettled && !WAITING.has(code),
    taskId,
    facts: facts(error, code, externalTaskId),
  };
}

/** A task may go on, and nothing else here knows of it. */
export const isUnfinished = ({ running, state }) => running || (state.kind === "failed" && !describe(state).settled);

/** What has become of a video, in a few words. */
export const outcome = (state) => (state.kind === "done" ? t("done.title") : describe(state).title);

function codeOf(error) {
  // An id that cannot be one is, for the person who typed it, an id that is not there.
  if (error?.problems?.some(({ field }) => field === "taskId")) return "not_found";
  return error?.code in ACTIONS ? error.code : "unexpected";
}

const lostAnswer = (code, sent) => sent && (code === "aborted" || code === "timeout" || code === "invalid_response");

function facts(error, code, externalTaskId) {
  const said = error?.message ?? (code === "unexpected" ? String(error) : undefined);
  return [
    ["code", code],
    ["message", said],
    ["status", error?.status],
    ["apiCode", error?.apiCode],
    ["requestId", error?.requestId],
    ["externalTaskId", externalTaskId],
  ].filter(([, value]) => value !== undefined && value !== null && value !== "");
}
