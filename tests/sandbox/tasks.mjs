import { ConnectionLost, Refusal } from "./answers.mjs";

const QUEUED_PART = 0.15;

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
 * @param {object} parts
 * @param {ReturnType<typeof import("./clock.mjs").cancellable>} parts.clock
 * @param {import("./random.mjs").Random} parts.random
 * @param {import("./options.mjs").Options} parts.options
 * @param {ReturnType<typeof import("./ledger.mjs").createLedger>} parts.ledger
 * @param {ReturnType<typeof import("./callbacks.mjs").createCallbacks>} parts.callbacks
 */
export function createTasks({ clock, random, options, ledger, callbacks }) {
  /** @type {Map<string, Task>} */
  const tasks = new Map();
  /** @type {Map<string, Task>} by key and external id; the newest where they need not be unique */
  const byExternalId = new Map();
  const running = (/** @type {Task} */ task) => task.status === "submitted" || task.status === "processing";

  /** @param {Task} task @param {Task["status"]} status @param {Partial<Task>} [more] */
  function move(task, status, more) {
    if (tasks.get(task.taskId) !== task) return;
    Object.assign(task, { status, updatedAt: clock.now() }, more);
    task.charge.status = status;
    if (task.callbackUrl) void callbacks.notify({ url: task.callbackUrl, key: task.key, payload: view(task) });
  }

  /** @param {Task} task @param {string} prompt @param {Make} make */
  async function run(task, prompt, make) {
    const making = make().catch((error) => ({ error: error instanceof Error ? error.message : String(error) }));
    const durationMs = taskMs(options, random);
    await clock.sleep(durationMs * QUEUED_PART);
    move(task, "processing");
    if (prompt.includes("[never]")) return;
    const [made] = await Promise.all([making, clock.sleep(durationMs * (1 - QUEUED_PART))]);
    const failure = /\[fail(?::\s*([^\]]+))?\]/.exec(prompt);
    if (failure) return move(task, "failed", { statusMessage: failure[1] ?? "The prompt asked for a failure" });
    if ("error" in made) return move(task, "failed", { statusMessage: made.error });
    ledger.settle(task.charge, made.seconds);
    const video = { id: made.id, url: made.url, duration: made.seconds.toFixed(3) };
    move(task, "succeed", { videos: [made.watermarkUrl ? { ...video, watermark_url: made.watermarkUrl } : video] });
  }

  return {
    /**
     * Creates a task, or throws what forbids it. Nothing here waits: of two requests with one id, one wins.
     * @param {import("./checks.mjs").Order} order @param {string} key
     * @param {Omit<import("./ledger.mjs").Charge, "at" | "costUsd" | "taskId" | "status" | "key" | "mode" | "externalTaskId">} receipt
     * @param {Make} make
     */
    add(order, key, receipt, make) {
      const { externalTaskId, callbackUrl, mode } = order;
      const externalKey = `${key} ${externalTaskId}`;
      if (externalTaskId && options.uniqueExternalIds && byExternalId.has(externalKey)) {
        throw new Refusal(400, 1201, `external_task_id is already used by another task: ${externalTaskId}`);
      }
      if ([...tasks.values()].filter((task) => task.key === key && running(task)).length >= options.concurrency) {
        throw new Refusal(429, 1303, `parallel task over resource pack limit: ${options.concurrency} tasks are running`);
      }
      const taskId = random.digits(18);
      const charge = ledger.charge({ key, taskId, externalTaskId, mode, status: "submitted", ...receipt });
      /** @type {Task} */
      const task = { taskId, key, externalTaskId, callbackUrl, status: "submitted", createdAt: clock.now(), updatedAt: clock.now(), videos: [], charge };
      tasks.set(taskId, task);
      if (externalTaskId) byExternalId.set(externalKey, task);
      void run(task, order.prompt, make).catch((error) => {
        if (!(error instanceof ConnectionLost)) throw error;
      });
      return task;
    },
    /** @param {string} key @param {string} taskId */
    byTaskId: (key, taskId) => own(tasks.get(taskId), key),
    /** @param {string} key @param {string} externalTaskId */
    byExternalId: (key, externalTaskId) => byExternalId.get(`${key} ${externalTaskId}`),
    /** Newest first. @param {string} key @param {number} pageNum @param {number} pageSize */
    page: (key, pageNum, pageSize) =>
      [...tasks.values()].filter((task) => task.key === key).reverse().slice((pageNum - 1) * pageSize, pageNum * pageSize),
    reset() {
      tasks.clear();
      byExternalId.clear();
    },
  };
}

/** @param {Task | undefined} task @param {string} key */
function own(task, key) {
  return task?.key === key ? task : undefined;
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
