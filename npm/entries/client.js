import { AvatarError, aborted, configuration, isFields } from "./error.js";
import { avatarFields, speechFields } from "./fields.js";
import { callOptions, numberOf } from "./methods.js";
import { load, share } from "./module.js";
import { checkLimits, checkOptions } from "./options.js";

/** Runs something of the module's and makes a real `Error` of what it rejects with. */
async function run(work, signal) {
  const module = await loaded(signal);
  try {
    return await work(module);
  } catch (rejected) {
    throw isFields(rejected) ? new AvatarError(rejected) : rejected;
  }
}

/** The module is on its way when a page starts, and an abort does not wait for it. What is no signal is told later. */
function loaded(signal) {
  const loading = load();
  if (!signal) return loading;
  share?.(signal);
  return new Promise((resolve, reject) => {
    const end = (settle) => (value) => {
      signal.removeEventListener("abort", stop);
      settle(value);
    };
    const stop = () => end(reject)(aborted(signal.reason));
    loading.then(end(resolve), end(reject));
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
  });
}

export function validate(input, limits) {
  const fields = avatarFields(input);
  return run((module) => module.validate(fields, checkLimits(limits)));
}

export class AvatarClient {
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
      ends = options[0] instanceof AbortSignal && options[0];
    } catch (cause) {
      throw configuration("The call's options cannot be read.", cause);
    }
    return run((module) => (this.#client ??= module.connect(this.#options))(numberOf(method), given, options), ends);
  }

  validate(input) {
    return this.#call("validate", avatarFields(input));
  }

  createTask(input, call) {
    return this.#call("createTask", avatarFields(input), call);
  }

  getTask(taskId, call) {
    return this.#call("getTask", taskId, call);
  }

  waitForTask(taskId, call) {
    return this.#call("waitForTask", taskId, call);
  }

  async *watchTask(taskId, call) {
    const next = await this.#call("watchTask", taskId, call);
    try {
      for (;;) {
        const task = await run(() => next(true));
        if (task === undefined) return;
        yield task;
      }
    } finally {
      next(false);
    }
  }

  findTask(externalTaskId, call) {
    return this.#call("findTask", externalTaskId, call);
  }

  generate(input, call) {
    return this.#call("generate", avatarFields(input), call);
  }

  synthesizeSpeech(input, call) {
    return this.#call("synthesizeSpeech", speechFields(input), call);
  }

  download(video, call) {
    return this.#call("download", video, call);
  }
}
