import { answer } from "./gateway-answer.js";
import { Refusal, noSuchTask } from "./gateway-refusal.js";
import { entryOf, isFinal, taskOf } from "./gateway-tasks.js";
import { readJson } from "./gateway-upload.js";

/** `POST /callbacks/{secret}`: a hint. What is true is read from the service. */
export async function callback(call, secret) {
  const { tokens, store } = call.settings;
  const claims = await tokens.read("callback", secret, "");
  if (claims === undefined) throw noSuchTask();
  const body = await readJson(call);
  const { task_id: taskId, task_status: status, updated_at: updatedAt } = body.data ?? body;
  const isCallback = typeof taskId === "string" && typeof status === "string" && typeof updatedAt !== "object";
  if (!isCallback) throw new Refusal(400, "invalid_request", "This is no callback.");
  const [upstreamId, quota] = [claims.taskId, claims.externalTaskId];
  const key = `${taskId} ${status} ${updatedAt}`.slice(0, 200);
  const { do: verdict } = await store.apply(entryOf(upstreamId).task, { type: "notice", key });
  if (verdict === "drop") return answer(200, { ok: true });
  const task = await taskOf(call, taskId).catch(async (thrown) => {
    // Who sends it again must not be told that all is well.
    await store.apply(entryOf(upstreamId).task, { type: "missed", key });
    throw thrown;
  });
  if (task.externalTaskId !== upstreamId) throw noSuchTask();
  call.facts.taskId = task.taskId;
  if (isFinal(task)) await store.apply(quota, { type: "end", id: upstreamId });
  return answer(200, { ok: true });
}
