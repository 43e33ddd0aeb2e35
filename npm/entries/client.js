import { AvatarError, aborted, configuration, isFields, late } from "./error.js";
import { avatarFields, speechFields } from "./fields.js";
import {
  CREATE_TASK,
  DOWNLOAD,
  FIND_TASK,
  GENERATE,
  GET_TASK,
  LONGEST_MS,
  SYNTHESIZE_SPEECH,
  VALIDATE,
  WAIT_FOR_TASK,
  WATCH_TASK,
  callOptions,
} from "./methods.js";
import { load, share } from "./module.js";
import { checkLimits, checkOptions } from "./options.js";

/** Runs something of the module's and makes a real `Error` of what it rejects with. */
async function run(work, signal, timeoutMs) {
  const module = await loaded(signal, timeoutMs);
  try {
    return await work(module);
  } catch (rejected) {
    throw isFields(rejected) ? new AvatarError(rejected) : rejected;
  }
}

/** The module is on its way when a page starts, and the end of a call does not wait for it. What is no signal is told later. */
function loaded(signal, timeoutMs) {
  const loading = load();
  const timed = timeoutMs > 0 && timeoutMs <= LONGEST_MS;
  if (!signal && !timed) return loading;
  return new Promise((resolve, reject) => {
    const end = (settle) => (value) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      settle(value);
    };
    const stop = () => end(reject)(aborted(signal.reason));
    const timer = timed && setTimeout(() => end(reject)(late()), timeoutMs);
    loading.then(end(resolve), end(reject));
    if (!signal) return;
    share?.(signal);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
  });
}

export function validate(input, limits) {
  const fields = avatarFields(input);
  return run((module) => module.validate(fields, checkLimits(limits)));
}

export class AvatarClient {
  // The script of pages is made with short names.
  static name = "AvatarClient";

  #options;
  #client;

  constructor(options) {
    this.#options = checkOptions(options);
  }

  /** What is given is read before the module is waited for: whoever calls may use the same objects for the next call. */
  async #call(method, given, call) {
    let options, ends;
    try {
      options = callOptions(Object(call));
      if (options[0] instanceof AbortSignal) ends = options[0];
    } catch (cause) {
      throw configuration("The call's options cannot be read.", cause);
    }
    return run((module) => (this.#client ??= module.connect(this.#options))(method, given, options), ends, options[2]);
  }

  validate(input) {
    return this.#call(VALIDATE, avatarFields(input));
  }

  createTask(input, call) {
    return this.#call(CREATE_TASK, avatarFields(input), call);
  }

  getTask(taskId, call) {
    return this.#call(GET_TASK, taskId, call);
  }

  waitForTask(taskId, call) {
    return this.#call(WAIT_FOR_TASK, taskId, call);
  }

  async *watchTask(taskId, call) {
    const next = await this.#call(WATCH_TASK, taskId, call);
    try {
      for (;;) {
        const task = await run(() => next(1));
        if (task === undefined) return;
        yield task;
      }
    } finally {
      next(0);
    }
  }

  findTask(externalTaskId, call) {
    return this.#call(FIND_TASK, externalTaskId, call);
  }

  generate(input, call) {
    return this.#call(GENERATE, avatarFields(input), call);
  }

  synthesizeSpeech(input, call) {
    return this.#call(SYNTHESIZE_SPEECH, speechFields(input), call);
  }

  download(video, call) {
    return this.#call(DOWNLOAD, video, call);
  }
}
