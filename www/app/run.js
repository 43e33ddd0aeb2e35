/**
 * One video on its way: `idle`, `running`, `done` or `failed`. Knows the task as soon as there is one, so that work
 * that was paid for is never lost sight of.
 */
export class Run extends EventTarget {
  state = { kind: "idle" };
  #control = null;

  get running() {
    return this.state.kind === "running";
  }

  /** Sends photo, voice and words, and waits for the video. */
  generate(client, input) {
    return this.#carryOut("reading", { client, input }, (call) => client.generate(input, call));
  }

  /** Waits for a task that exists. */
  pickUp(client, taskId) {
    return this.#carryOut("submitted", { client, taskId }, (call) => client.waitForTask(taskId, call));
  }

  /** Finds out whether a task was created after all, and waits for it if so. */
  lookUp(client, externalTaskId, input) {
    return this.#carryOut("submitted", { client, externalTaskId, input, searching: true }, async (call) => {
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
  fail(error) {
    this.#set({ kind: "failed", error });
  }

  cancel() {
    this.#control?.abort();
  }

  async #carryOut(phase, known, work) {
    const startedAt = performance.now();
    this.#control = new AbortController();
    this.#set({ kind: "running", phase, startedAt, movedAt: startedAt, ...known });
    const call = { signal: this.#control.signal, onProgress: (progress) => this.#advance(progress) };
    try {
      const video = await work(call);
      const { client, taskId, externalTaskId, input } = this.state;
      const seconds = input && !known.externalTaskId ? (performance.now() - startedAt) / 1000 : undefined;
      if (video) this.#set({ kind: "done", client, video, taskId, seconds });
      else this.#set({ kind: "failed", error: { code: "nothing_found" }, externalTaskId, input });
    } catch (error) {
      this.#set(failure(this.state, error));
    } finally {
      this.#control = null;
    }
  }

  #advance({ phase, loadedBytes, totalBytes, task, waiting }) {
    if (!this.running) return;
    const sent = this.state.sent || (totalBytes > 0 && loadedBytes >= totalBytes && phase === "uploading");
    this.#set({
      ...this.state,
      phase,
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
