// One run: a real client, a real sandbox, faults at every step, and what must hold afterwards.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { AvatarClient, AvatarError } from "../../dist/node.js";
import { png, wav } from "../sandbox/fixtures.mjs";
import { Outputs } from "./outputs.mjs";
import { planOf } from "./plan.mjs";

const IMAGE = png(300, 300, 20_000);
const VOICE = wav(2.1);
/** How long a call may take, and how much later a busy machine may notice. */
const TIMEOUT_MS = 5000;
const LATENESS_MS = 4000;

/**
 * @param {string} seed @param {number} index
 * @param {{ sandbox: Awaited<ReturnType<typeof import("../sandbox/server.mjs").startSandbox>>, options: any }[]} services
 * @returns {Promise<{ violations: string[], scenario: string, outcomes: string[], charges: number }>}
 */
export async function runOnce(seed, index, services) {
  const service = services[index % services.length];
  const plan = planOf(seed, index, service.options);
  const { sandbox } = service;
  await sandbox.faults.add(plan.faults.map((fault) => ({ ...fault, key: plan.key })));
  const run = new Run(plan, sandbox);
  try {
    await scenarios[plan.scenario](run, plan);
    // What a cancelled call has left on its way arrives.
    await sleep(450);
  } catch (error) {
    run.violate(`the scenario itself failed: ${error?.stack ?? error}`);
  }
  run.check();
  return { violations: run.violations, scenario: plan.scenario, outcomes: run.outcomes, charges: run.ledger().length };
}

class Run {
  violations = [];
  outcomes = [];
  /** How many tasks may be charged in all. */
  allowed = 0;

  constructor(plan, sandbox) {
    this.plan = plan;
    this.sandbox = sandbox;
    this.keyHash = createHash("sha256").update(plan.key).digest("hex").slice(0, 16);
    this.outputs = new Outputs([plan.key, "sk-chaos-", Buffer.from(IMAGE).toString("base64").slice(4000, 4040), Buffer.from(VOICE).toString("base64").slice(100, 140)]);
  }

  client(more = {}) {
    return new AvatarClient({
      apiKey: this.plan.key,
      baseUrl: this.sandbox.url,
      retry: { minDelayMs: 4, maxDelayMs: 40, maxAttempts: this.plan.maxAttempts },
      poll: { minIntervalMs: 5, maxIntervalMs: 60, timeoutMs: TIMEOUT_MS },
      ...more,
    });
  }

  input(more = {}) {
    return { image: IMAGE, soundFile: VOICE, prompt: this.plan.prompt, externalTaskId: this.plan.own, ...more };
  }

  get onProgress() {
    return this.plan.watched ? (progress) => this.outputs.add("progress", progress) : undefined;
  }

  /** Makes a call and checks that it ends in time, with a value or a typed error. */
  async call(name, work, timeoutMs = TIMEOUT_MS) {
    const began = performance.now();
    let timer;
    const late = new Promise((resolve) => { timer = setTimeout(resolve, timeoutMs + LATENESS_MS, "late"); });
    const ended = work().then((value) => ({ value }), (error) => ({ error }));
    const result = await Promise.race([ended, late]);
    clearTimeout(timer);
    if (result === "late") {
      this.violate(`${name} has not ended after ${Math.round(performance.now() - began)} ms`);
      return {};
    }
    if ("error" in result) this.failed(name, result.error);
    else {
      this.outcomes.push("value");
      this.outputs.add(name, result.value);
    }
    return result;
  }

  failed(name, error) {
    this.outputs.addError(name, error);
    this.outcomes.push(String(error?.code));
    if (!(error instanceof AvatarError) || !(error instanceof Error)) return this.violate(`${name} rejected with ${error}`);
    const fields = { task_failed: "task", submission_unknown: "externalTaskId", invalid_input: "problems", server: "status", rate_limited: "status" };
    const field = fields[error.code];
    if (field && error[field] === undefined) this.violate(`${name}: ${error.code} without ${field}`);
    if (typeof error.retryable !== "boolean" || !error.message) this.violate(`${name}: ${error.code} is not complete`);
    if (["invalid_input", "configuration"].includes(error.code)) this.violate(`${name}: ${error.message}`);
  }

  ledger() {
    return this.sandbox.ledger.read({ key: this.keyHash }).creates;
  }

  violate(message) {
    this.violations.push(message);
  }

  check() {
    const charges = this.ledger();
    if (charges.length > this.allowed) this.violate(`${charges.length} charges for ${this.allowed} videos`);
    const counts = Map.groupBy?.(charges, ({ externalTaskId }) => externalTaskId) ?? group(charges);
    for (const [id, list] of counts) if (list.length > 1) this.violate(`${list.length} charges for ${id}`);
    for (const { taskId, externalTaskId } of charges) {
      // A video that is there needs no id any more.
      const url = this.sandbox.api.tasks.byTaskId(this.keyHash, taskId)?.videos[0]?.url;
      if (![taskId, externalTaskId, url].some((known) => known && this.outputs.names(known))) this.violate(`nobody knows of ${taskId} / ${externalTaskId}`);
    }
    this.violations.push(...this.outputs.leaks());
  }
}

function group(charges) {
  const groups = new Map();
  for (const charge of charges) groups.set(charge.externalTaskId, [...(groups.get(charge.externalTaskId) ?? []), charge]);
  return groups;
}

const scenarios = {
  async generate(run) {
    run.allowed = 1;
    const { value } = await run.call("generate", () => run.client().generate(run.input(), { onProgress: run.onProgress }));
    if (value && run.ledger()[0]?.status !== "succeed") run.violate("a video without a task that succeeded");
  },

  async createThenWait(run) {
    run.allowed = 1;
    const { value: task } = await run.call("createTask", () => run.client().createTask(run.input()));
    if (!task) return;
    // In another process.
    const { error } = await run.call("waitForTask", () => run.client().waitForTask(task.taskId));
    if (error && error.taskId !== task.taskId) run.violate(`waitForTask: ${error.code} without the task's id`);
  },

  async abort(run, plan) {
    run.allowed = 1;
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), plan.breakAfterMs);
    const { error } = await run.call("generate", () => run.client().generate(run.input(), { signal: controller.signal, onProgress: run.onProgress }));
    if (error?.code === "aborted" && error.cause?.message !== "enough") run.violate("aborted without its reason");
  },

  async timeout(run, plan) {
    run.allowed = 1;
    const timeoutMs = plan.breakAfterMs;
    await run.call("generate", () => run.client().generate(run.input(), { timeoutMs, onProgress: run.onProgress }), timeoutMs);
  },

  /** Whoever repeats a call for as long as its failure says that it is retryable pays once. */
  async repeat(run, plan) {
    run.allowed = 1;
    const storage = plan.watched ? new Map() : undefined;
    for (let attempt = 0; attempt < 4; attempt++) {
      const timeoutMs = plan.breakAfterMs + 400 * attempt;
      const { error } = await run.call("generate", () => run.client({ storage }).generate(run.input(), { timeoutMs }), timeoutMs);
      if (error?.retryable !== true) return;
    }
  },

  /** The page is gone at any moment; the next one has nothing but the storage. */
  async reload(run, plan) {
    run.allowed = 1;
    const storage = new Map();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), plan.breakAfterMs);
    const first = await run.call("generate", () => run.client({ storage }).generate(run.input(), { signal: controller.signal }));
    if (first.error?.code !== "aborted") return;
    await sleep(300);
    run.outputs.add("storage", [...storage]);
    const { value } = await run.call("generate again", () => run.client({ storage }).generate(run.input()));
    if (value && storage.size > 0) run.violate("the storage still holds a video that is there");
  },

  async many(run) {
    run.allowed = 4;
    const client = run.client({ maxConcurrentTasks: 2 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), run.plan.breakAfterMs);
    const one = (at) => run.call(`generate ${at}`, () => client.generate(run.input({ externalTaskId: undefined, prompt: `${run.plan.prompt} ${at}` }), { signal: at === 2 ? controller.signal : undefined }));
    await Promise.all([0, 1, 2, 3].map(one));
  },

  async speech(run) {
    run.allowed = 1;
    const client = run.client();
    const spoken = { text: "Good morning, everyone", voiceId: "genshin_vindi2", voiceLanguage: "en" };
    const { value: speech } = await run.call("synthesizeSpeech", () => client.synthesizeSpeech(spoken));
    if (!speech) return;
    await run.call("generate", () => client.generate(run.input({ soundFile: undefined, audioId: speech.audioId })));
  },

  /** The process dies before it knows the task's id; the next one has the caller's own. */
  async crashThenFind(run, plan) {
    run.allowed = 1;
    const own = plan.own ?? "own-crash";
    const controller = new AbortController();
    setTimeout(() => controller.abort(), plan.breakAfterMs);
    run.outputs.add("own id", own);
    await run.call("createTask", () => run.client().createTask(run.input({ externalTaskId: own }), { signal: controller.signal }));
    await sleep(450);
    const { value: found, error } = await run.call("findTask", () => run.client().findTask(own));
    const [charge] = run.ledger();
    if (charge && found === undefined && !error) run.violate("findTask says that a paid task does not exist");
    if (found && found.taskId !== charge?.taskId) run.violate("findTask gives another task");
  },

  async watch(run) {
    run.allowed = 1;
    const client = run.client();
    const { value: task } = await run.call("createTask", () => client.createTask(run.input()));
    if (!task) return;
    await run.call("watchTask", async () => {
      const statuses = [];
      for await (const seen of client.watchTask(task.taskId)) statuses.push(seen.status);
      if (new Set(statuses).size !== statuses.length) run.violate(`watchTask repeats: ${statuses}`);
      return statuses;
    });
  },

  async download(run) {
    run.allowed = 1;
    const client = run.client();
    const { value: video } = await run.call("generate", () => client.generate(run.input()));
    if (!video) return;
    const { value: blob } = await run.call("download", () => client.download(video, { timeoutMs: TIMEOUT_MS, onProgress: run.onProgress }));
    if (blob && blob.size !== 5000) run.violate(`the download has ${blob.size} bytes`);
  },
};
