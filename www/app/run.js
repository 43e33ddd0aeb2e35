/**
 * One video on its way: `idle`, `running`, `done` or `failed`. Knows the task as soon as there is one, so that work
 * that was paid for is never lost sight of.
 */
export class Run extends EventTarget {
  state = { kind: "idle" };
  /** What the stage plays once it is here: the address of the finished video in this browser. */
  localUrl = null;
  #control = null;

  /** `origin` is where it is made, `input` what of, `photoUrl` how it looks until then. */
  constructor({ id = crypto.randomUUID(), origin = null, input = null, photoUrl = null, createdAt = Date.now() } = {}) {
    super();
    Object.assign(this, { id, origin, input, photoUrl, createdAt });
  }

  get running() {
    return this.state.kind === "running";
  }

  /** Whether its task cannot be read at the moment, not because the service asks for a pause. */
  get unread() {
    const { code, delayMs } = this.state.waiting ?? {};
    return delayMs !== undefined && code !== "rate_limited" && code !== "concurrency_limit";
  }

  /** What is said to be going on: what was last read of a task is no longer known while it cannot be read. */
  get phase() {
    return this.unread ? "asking" : this.state.phase;
  }

  /** Sends photo, voice and words, and waits for the video. */
  generate(client, input) {
    this.input = input;
    return this.#carryOut("reading", { client, input, externalTaskId: input.externalTaskId }, (call) => client.generate(input, call));
  }

  /** Waits for a task that exists. */
  pickUp(client, taskId) {
    const { externalTaskId, input } = this.state;
    return this.#carryOut("asking", { client, taskId, externalTaskId, input, resumed: true }, (call) => client.waitForTask(taskId, call));
  }

  /** Finds out whether a task was created after all, and waits for it if so. */
  lookUp(client, externalTaskId, input) {
    const known = { client, externalTaskId, input, searching: true, resumed: true };
    return this.#carryOut("asking", known, async (call) => {
      const task = await client.findTask(externalTaskId, { signal: call.signal });
      if (!task) return null;
      this.#set({ ...this.state, taskId: task.taskId });
      return client.waitForTask(task.taskId, call);
    });
  }

  /** Puts away a failure that is over and done with. */
  clear() {
    if (!this.running) this.#set({ kind: "idle" });
  }

  /** Shows a failure from before anything was begun. */
  fail(error, known) {
    this.#set({ kind: "failed", error, ...known });
  }

  /** Shows what was finished at an earlier visit, or is being made elsewhere. */
  restore(state) {
    this.#set(state);
  }

  /** Takes the finished video in this browser, so that it can be played and saved without the network. */
  hold(blob) {
    this.release();
    this.localUrl = URL.createObjectURL(blob);
    this.blob = blob;
    this.dispatchEvent(new Event("change"));
  }

  release() {
    if (this.localUrl) URL.revokeObjectURL(this.localUrl);
    this.localUrl = null;
    this.blob = undefined;
  }

  cancel() {
    this.#control?.abort();
  }

  async #carryOut(phase, known, work) {
    // Since the first click, also where that was before a reload.
    const startedAt = performance.now() - (known.resumed ? Math.max(0, Date.now() - this.createdAt) : 0);
    const control = new AbortController();
    this.#control = control;
    this.#set({ kind: "running", phase, startedAt, movedAt: performance.now(), ...known });
    const call = { signal: control.signal, onProgress: (progress) => this.#advance(progress) };
    try {
      const video = await this.#patiently(work, call);
      const { client, taskId, externalTaskId, input, resumed } = this.state;
      const seconds = resumed ? undefined : (performance.now() - startedAt) / 1000;
      if (video) this.#set({ kind: "done", client, video, taskId, externalTaskId, seconds });
      else this.#set({ kind: "failed", error: { code: "nothing_found" }, externalTaskId, input });
    } catch (error) {
      this.#set(failure(this.state, error));
    } finally {
      this.#control = null;
    }
  }

  /** The hours that a laptop slept through are no reason to give up a task: whoever waits here can cancel. */
  async #patiently(work, call) {
    try {
      return await work(call);
    } catch (error) {
      const { client, taskId } = this.state;
      if (error?.code !== "timeout" || !taskId) throw error;
      this.#set({ ...this.state, resumed: true });
      return this.#patiently(() => client.waitForTask(taskId, call), call);
    }
  }

  #advance({ phase, loadedBytes, totalBytes, task, waiting }) {
    if (!this.running) return;
    // How far a task is that was begun before is not known until the service has told.
    const isAsking = this.state.phase === "asking";
    const sent = this.state.sent || (totalBytes > 0 && loadedBytes >= totalBytes && phase === "uploading");
    this.#set({
      ...this.state,
      phase: isAsking && !task ? "asking" : phase,
      loadedBytes,
      totalBytes,
      sent,
      waiting,
      movedAt: performance.now(),
      taskId: task?.taskId ?? this.state.taskId,
      externalTaskId: task?.externalTaskId ?? this.state.externalTaskId,
    });
  }

  #set(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

function failure(state, error) {
  return {
    kind: "failed",
    error,
    taskId: error?.taskId ?? state.taskId,
    externalTaskId: error?.externalTaskId ?? state.externalTaskId,
    input: state.input,
    sent: state.sent,
    searching: state.searching,
  };
}
