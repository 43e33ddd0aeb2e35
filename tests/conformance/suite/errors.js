// Every failure is an AvatarError with the right code, and none of them holds the key.
import { equal, ok } from "./stand.js";

const ONCE = { retry: { maxAttempts: 1, minDelayMs: 1, maxDelayMs: 5 } };

/** A check of what ordering with one of the sandbox's special keys comes to. */
const ordering = (apiKey, wanted) => async ({ client, input, fails }) => {
  const error = await fails(client({ apiKey, ...ONCE }).createTask(input()), wanted);
  const text = JSON.stringify([error.message, error.stack, String(error.cause), { ...error }]);
  ok(!text.includes(apiKey), "the error does not hold the key");
};

export const errors = {
  async "configuration: thrown at once"({ kit, fails }) {
    for (const options of [undefined, {}, { apiKey: "" }, { apiKey: "sk-a", gatewayUrl: "https://example.com" }, { gatewayUrl: "/a" }]) {
      await fails(() => new kit.AvatarClient(options), { code: "configuration", retryable: false });
    }
  },
  async "configuration: the options of a call"({ client, fails }) {
    for (const call of [{ signal: {} }, { onProgress: "yes" }, { timeoutMs: "5" }]) await fails(client().getTask("a", call), { code: "configuration" });
  },
  "authentication": ordering("sk-sandbox-invalid", { code: "authentication", status: 401, apiCode: 1002, retryable: false }),
  "permission": ordering("sk-sandbox-forbidden", { code: "permission", status: 403, apiCode: 1103, retryable: false }),
  "insufficient_balance": ordering("sk-sandbox-used-up", { code: "insufficient_balance", status: 429, apiCode: 1102, retryable: false }),
  "content_policy": ordering("sk-sandbox-unsafe", { code: "content_policy", status: 400, apiCode: 1301, retryable: false }),
  "rate_limited": ordering("sk-sandbox-too-fast", { code: "rate_limited", status: 429, retryable: true }),
  async "concurrency_limit: waited for, and told"({ client, input, ledger, arm }) {
    await arm({ on: "create", action: "status", status: 429, code: 1303, times: 1 });
    const seen = [];
    await client().createTask(input(), { onProgress: ({ waiting }) => waiting && seen.push(waiting.code) });
    ok(seen.length > 0 && seen.every((code) => code === "concurrency_limit"), `waiting was told: ${seen}`);
    equal((await ledger()).totals.tasks, 1, "tasks charged");
  },
  async "invalid_request: with the service's own words"({ client, input, arm, fails }) {
    await arm({ on: "create", action: "status", status: 400, body: { code: 1201, message: "image is blurred", request_id: "r-7" } });
    const error = await fails(client().createTask(input()), { code: "invalid_request", apiCode: 1201, requestId: "r-7" });
    ok(error.message.includes("image is blurred"), "the message says which");
  },
  async "server: after all attempts"({ client, input, arm, fails, key }) {
    const { taskId } = await client().createTask(input());
    await arm({ on: "any", action: "status", status: 503, code: 5001, times: 100 });
    const error = await fails(client(ONCE).getTask(taskId), { code: "server", status: 503, retryable: true });
    ok(!JSON.stringify([error.message, error.stack]).includes(key), "the error does not hold the key");
  },
  async "network: no answer"({ client, input, fails }) {
    const { taskId } = await client().createTask(input());
    await fails(client({ baseUrl: "http://127.0.0.1:9", ...ONCE }).getTask(taskId), { code: "network", retryable: true });
  },
  async "invalid_response: a page instead of JSON"({ client, input, arm, fails }) {
    const { taskId } = await client().createTask(input());
    await arm({ on: "any", action: "html", status: 200, times: 100 });
    await fails(client(ONCE).getTask(taskId), { code: "invalid_response", status: 200 });
  },
  async "timeout: with the taskId"({ client, input, fails }) {
    const { taskId } = await client().createTask(input({ prompt: "[never]" }));
    await fails(client({ poll: { timeoutMs: 200 } }).waitForTask(taskId), { code: "timeout", taskId });
  },
};
