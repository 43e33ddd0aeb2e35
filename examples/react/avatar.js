// One talking video at a time for an app with React. What is under way stands beside the components, which may come and go
// meanwhile (another page of the app, StrictMode), and a video that is paid for is gone on with after a reload.
import { useSyncExternalStore } from "react";
import { AvatarClient } from "kling-avatar";

const IDLE = { status: "idle" };
const KEPT = "avatar-task";
const storage = {
  get: (key) => localStorage.getItem(key),
  set: (key, value) => localStorage.setItem(key, value),
  delete: (key) => localStorage.removeItem(key),
};

const listeners = new Set();
let state = IDLE;
let client, controller;

/** What is under way: `{ status: "idle" | "busy" | "done" | "failed", progress, video, error }`. */
export function useAvatar() {
  return useSyncExternalStore(subscribe, () => state, () => IDLE);
}

/** Makes a video of `{ image, soundFile, prompt }`. */
export function generate(input) {
  return run((call) => client.generate(input, call));
}

/** Waits for the video of a task that was made before. */
export function goOn(taskId) {
  return run((call) => client.waitForTask(taskId, call));
}

/** Waits no longer. A video that is paid for is made all the same: go on with the error's `taskId`. */
export function cancel() {
  controller?.abort();
}

async function run(work) {
  if (state.status === "busy") return;
  // Made here and not above, as this file is imported on the server, too.
  client ??= new AvatarClient({ gatewayUrl: new URL("/avatar", location.href), storage });
  controller = new AbortController();
  show({ status: "busy" });
  try {
    const video = await work({ signal: controller.signal, onProgress });
    storage.delete(KEPT);
    show({ status: "done", video });
  } catch (error) {
    if (error.code === "task_failed" || error.code === "not_found") storage.delete(KEPT);
    show({ status: "failed", error });
  }
}

function onProgress(progress) {
  if (progress.task !== undefined) storage.set(KEPT, progress.task.taskId);
  show({ status: "busy", progress });
}

function show(next) {
  state = next;
  for (const listener of listeners) listener();
}

function subscribe(listener) {
  listeners.add(listener);
  const taskId = storage.get(KEPT);
  if (state === IDLE && taskId !== null) goOn(taskId);
  return () => listeners.delete(listener);
}
