// Waiting, progress, aborting, going on, downloading.
import { equal, ok } from "./stand.js";

const PHASES = ["reading", "uploading", "submitted", "processing", "downloading"];

export const waiting = {
  async "generate: gives a video and tells its progress"({ client, input }) {
    const seen = [];
    const video = await client().generate(input(), { onProgress: (progress) => seen.push(progress) });
    ok(/^https?:/.test(video.url) && video.durationSeconds > 2 && video.id !== "", "the video is whole");
    const phases = seen.map(({ phase }) => PHASES.indexOf(phase));
    ok(phases.every((phase, at) => phase >= 0 && phase >= (phases[at - 1] ?? 0)), `phases go forward: ${seen.map(({ phase }) => phase)}`);
    for (const phase of ["uploading", "submitted"]) ok(seen.some((each) => each.phase === phase), `${phase} was told`);
    const sent = seen.filter(({ phase }) => phase === "uploading").at(-1);
    ok(sent.loadedBytes === sent.totalBytes && sent.totalBytes > 0, "the upload was told to its end");
    ok(seen.every(({ elapsedMs }, at) => elapsedMs >= (seen[at - 1]?.elapsedMs ?? 0)), "time goes forward");
  },
  async "generate: a task that failed says why"({ client, input, fails }) {
    const error = await fails(client().generate(input({ prompt: "[fail: no face found]" })), { code: "task_failed", retryable: false });
    ok(error.taskId && error.task.status === "failed" && /no face found/.test(error.task.statusMessage), "the task says why");
  },
  async "generate: with storage, the same input goes on with its task"({ client, input, ledger, fails }) {
    const storage = new Map();
    const controller = new AbortController();
    const onProgress = ({ phase }) => phase === "submitted" && controller.abort();
    await fails(client({ storage }).generate(input(), { signal: controller.signal, onProgress }), { code: "aborted" });
    const video = await client({ storage }).generate(input());
    ok(video.url, "there is a video");
    equal((await ledger()).totals.tasks, 1, "tasks charged");
  },
  async "waitForTask: goes on after a timeout"({ client, input, fails }) {
    const { taskId } = await client().createTask(input());
    await fails(client().waitForTask(taskId, { timeoutMs: 1 }), { code: "timeout", taskId });
    ok((await client().waitForTask(taskId)).url, "there is a video");
    equal((await client().getTask(taskId)).status, "succeed", "status");
  },
  async "watchTask: one item for each change, until the end"({ client, input }) {
    const { taskId } = await client().createTask(input());
    const seen = [];
    for await (const task of client().watchTask(taskId)) seen.push(task.status);
    ok(new Set(seen).size === seen.length && seen.at(-1) === "succeed", `each status came once: ${seen}`);
  },
  async "watchTask: can be left"({ client, input }) {
    const { taskId } = await client().createTask(input({ prompt: "[never]" }));
    for await (const task of client().watchTask(taskId)) {
      equal(task.taskId, taskId, "taskId");
      break;
    }
  },
  async "abort: before the start, with its reason"({ client, input, ledger, fails }) {
    const reason = new Error("changed my mind");
    await fails(client().generate(input(), { signal: AbortSignal.abort(reason) }), { code: "aborted", cause: reason, retryable: false });
    equal((await ledger()).totals.tasks, 0, "tasks charged");
  },
  async "abort: while waiting, at once, with the taskId"({ client, input, fails }) {
    const controller = new AbortController();
    const { taskId } = await client().createTask(input({ prompt: "[never]" }));
    setTimeout(() => controller.abort(), 150);
    const startMs = Date.now();
    await fails(client({ poll: { minIntervalMs: 5000 } }).waitForTask(taskId, { signal: controller.signal }), { code: "aborted", taskId });
    ok(Date.now() - startMs < 2000, "it ended at once");
  },
  async "abort: while uploading"({ client, input, arm, fails }) {
    await arm({ on: "create", action: "delay", ms: 5000 });
    const controller = new AbortController();
    setTimeout(() => controller.abort("enough"), 150);
    const error = await fails(client().createTask(input(), { signal: controller.signal }), { code: "aborted", cause: "enough" });
    ok(error.externalTaskId, "the external id is known");
  },
  async "download: gives the file and tells its progress"({ client, input }) {
    const video = await client().generate(input());
    const seen = [];
    const blob = await client().download(video, { onProgress: (progress) => seen.push(progress) });
    const head = new Uint8Array(await blob.slice(4, 8).arrayBuffer());
    equal([blob instanceof Blob, String.fromCharCode(...head), blob.type], [true, "ftyp", "video/mp4"], "file");
    const last = seen.at(-1);
    equal([last.phase, last.loadedBytes, last.totalBytes], ["downloading", blob.size, blob.size], "progress");
  },
  async "download: a file that is gone"({ client, sandboxUrl, fails }) {
    await fails(client().download({ id: "x", url: `${sandboxUrl}/files/none.mp4`, durationSeconds: 5 }), { code: "not_found" });
  },
};
