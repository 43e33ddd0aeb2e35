import { ConnectionLost, Refusal } from "./answers.mjs";

const QUEUED_PART = 0.15;
const HELD_LOOK_MS = 50;

/**
 * @typedef {object} Task
 * @property {string} taskId
 * @property {string} key
 * @property {string} [externalTaskId]
 * @property {string} [callbackUrl]
 * @property {"submitted" | "processing" | "succeed" | "failed"} status
 * @property {string} [statusMessage]
 * @property {number} createdAt
 * @property {number} updatedAt
 * @property {{ id: string, url: string, duration: string, watermark_url?: string }[]} videos
 * @property {import("./ledger.mjs").Charge} charge
 *
 * @typedef {() => Promise<{ id: string, url: string, seconds: number, watermarkUrl?: string }>} Make
 */

/**
 * @typedef {object} TaskParts
 * @property {ReturnType<typeof import("./clock.mjs").cancellable>} clock
 * @property {import("./random.mjs").Random} random
 * @property {import("./options.mjs").Options} options
 * @property {ReturnType<typeof import("./ledger.mjs").createLedger>} ledger
 * @property {ReturnType<typeof import("./callbacks.mjs").createCallbacks>} callbacks
 */
class Tasks {
  /** @type {Map<string, Task>} */
  #tasks = new Map();
  /** @type {Map<string, Task>} by key and external id; the newest where they need not be unique */
  #byExternalId = new Map();
  #parts;

  /** @param {TaskParts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /**
   * Creates a task, or throws what forbids it. Nothing here waits: of two requests with one id, one wins.
   * @param {import("./order.mjs").Order} order @param {string} key
   * @param {Omit<import("./ledger.mjs").Charge, "at" | "costUsd" | "taskId" | "status" | "key" | "mode" | "externalTaskId">} receipt
   * @param {Make} make
   */
  add(order, key, receipt, make) {
    const { clock, random, ledger } = this.#parts;
    const { externalTaskId, callbackUrl, mode } = order;
    this.#refuseTooMany(key, externalTaskId);
    const taskId = random.digits(18);
    const charge = ledger.charge({ key, taskId, externalTaskId, mode, status: "submitted", ...receipt });
    /** @type {Task} */
    const task = { taskId, key, externalTaskId, callbackUrl, status: "submitted", createdAt: clock.now(), updatedAt: clock.now(), videos: [], charge };
    this.#tasks.set(taskId, task);
    if (externalTaskId) this.#byExternalId.set(`${key} ${externalTaskId}`, task);
    void this.#run(task, order.prompt, make).catch((error) => {
      if (!(error instanceof ConnectionLost)) throw error;
    });
    return task;
  }

  /** @param {string} key @param {string} taskId */
  byTaskId(key, taskId) {
    const task = this.#tasks.get(taskId);
    return task?.key === key ? task : undefined;
  }

  /** @param {string} key @param {string} externalTaskId */
  byExternalId(key, externalTaskId) {
    return this.#byExternalId.get(`${key} ${externalTaskId}`);
  }

  /** Newest first. @param {string} key @param {number} pageNum @param {number} pageSize */
  page(key, pageNum, pageSize) {
    return [...this.#tasks.values()].filter((task) => task.key === key).reverse().slice((pageNum - 1) * pageSize, pageNum * pageSize);
  }

  reset() {
    this.#tasks.clear();
    this.#byExternalId.clear();
  }

  /** @param {string} key @param {string} [externalTaskId] */
  #refuseTooMany(key, externalTaskId) {
    const { uniqueExternalIds, concurrency } = this.#parts.options;
    if (externalTaskId && uniqueExternalIds && this.byExternalId(key, externalTaskId)) {
      throw new Refusal(400, 1201, `external_task_id is already used by another task: ${externalTaskId}`);
    }
    const running = [...this.#tasks.values()].filter((task) => task.key === key && (task.status === "submitted" || task.status === "processing"));
    if (running.length >= concurrency) {
      throw new Refusal(429, 1303, `parallel task over resource pack limit: ${concurrency} tasks are running`);
    }
  }

  /** @param {Task} task @param {string} prompt @param {Make} make */
  async #run(task, prompt, make) {
    const { clock, options, random, ledger } = this.#parts;
    const making = make().catch((error) => ({ error: error instanceof Error ? error.message : String(error) }));
    const durationMs = taskMs(options, random);
    await clock.sleep(durationMs * QUEUED_PART);
    this.#move(task, "processing");
    if (prompt.includes("[never]")) return;
    const [made] = await Promise.all([making, clock.sleep(durationMs * (1 - QUEUED_PART))]);
    while (options.held) await clock.sleep(HELD_LOOK_MS);
    const failure = /\[fail(?::\s*([^\]]+))?\]/.exec(prompt);
    if (failure) return this.#move(task, "failed", { statusMessage: failure[1] ?? "The prompt asked for a failure" });
    if ("error" in made) return this.#move(task, "failed", { statusMessage: made.error });
    ledger.settle(task.charge, made.seconds);
    const video = { id: made.id, url: made.url, duration: made.seconds.toFixed(3) };
    this.#move(task, "succeed", { videos: [made.watermarkUrl ? { ...video, watermark_url: made.watermarkUrl } : video] });
  }

  /** @param {Task} task @param {Task["status"]} status @param {Partial<Task>} [more] */
  #move(task, status, more) {
    if (this.#tasks.get(task.taskId) !== task) return;
    Object.assign(task, { status, updatedAt: this.#parts.clock.now() }, more);
    task.charge.status = status;
    if (task.callbackUrl) void this.#parts.callbacks.notify({ url: task.callbackUrl, key: task.key, payload: view(task) });
  }
}

/** @param {TaskParts} parts */
export function createTasks(parts) {
  return new Tasks(parts);
}

/** @param {import("./options.mjs").Options} options @param {import("./random.mjs").Random} random */
function taskMs({ taskSeconds, speed }, random) {
  const seconds = typeof taskSeconds === "number" ? taskSeconds : random.between(...taskSeconds);
  return (seconds * 1000) / speed;
}

/** What a read answers as `data`, and a callback as its body. @param {Task} task */
export function view(task) {
  const done = task.status === "succeed";
  return {
    task_id: task.taskId,
    task_status: task.status,
    ...(task.statusMessage && { task_status_msg: task.statusMessage }),
    task_info: task.externalTaskId ? { external_task_id: task.externalTaskId } : {},
    task_result: done ? { videos: task.videos } : {},
    ...(done && { final_unit_deduction: (task.charge.costUsd * 10).toFixed(2) }),
    created_at: task.createdAt,
    updated_at: task.updatedAt,
  };
}

const GATEWAY_STATUS = { submitted: "SUBMITTED", processing: "IN_PROGRESS", succeed: "SUCCESS", failed: "FAILURE" };
const GATEWAY_PROGRESS = { submitted: "10%", processing: "50%", succeed: "100%", failed: "100%" };

/** The same, wrapped once more as some gateway answers are. @param {Task} task */
export function wrappedView(task) {
  return {
    code: "success",
    message: "",
    data: {
      task_id: task.taskId,
      action: "avatar",
      status: GATEWAY_STATUS[task.status],
      fail_reason: task.statusMessage ?? "",
      submit_time: Math.floor(task.createdAt / 1000),
      finish_time: task.status === "succeed" || task.status === "failed" ? Math.floor(task.updatedAt / 1000) : 0,
      progress: GATEWAY_PROGRESS[task.status],
      data: view(task),
    },
  };
}
