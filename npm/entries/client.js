import { AvatarError, aborted, isFields } from "./error.js";
import { avatarFields, speechFields } from "./fields.js";
import { load, share } from "./module.js";
import { checkLimits, checkOptions } from "./options.js";

/** Runs something of the module's and makes a real `Error` of what it rejects with. */
async function run(work, call) {
  const module = await loaded(call?.signal);
  try {
    return await work(module);
  } catch (rejected) {
    throw isFields(rejected) ? new AvatarError(rejected) : rejected;
  }
}

/** The module is on its way when a page starts, and an abort does not wait for it. What is no signal is told later. */
function loaded(signal) {
  const loading = load();
  if (!(signal instanceof AbortSignal)) return loading;
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
  return run((module) => module.validate(avatarFields(input), checkLimits(limits)));
}

export class AvatarClient {
  #options;
  #client;

  constructor(options) {
    this.#options = checkOptions(options);
  }

  #run(work, call) {
    return run((module) => work((this.#client ??= new module.WasmClient(this.#options))), call);
  }

  validate(input) {
    return this.#run((client) => client.validate(avatarFields(input)));
  }

  createTask(input, call) {
    return this.#run((client) => client.createTask(avatarFields(input), call), call);
  }

  getTask(taskId, call) {
    return this.#run((client) => client.getTask(taskId, call), call);
  }

  waitForTask(taskId, call) {
    return this.#run((client) => client.waitForTask(taskId, call), call);
  }

  async *watchTask(taskId, call) {
    const watcher = await this.#run((client) => client.watchTask(taskId, call), call);
    try {
      for (;;) {
        const task = await run(() => watcher.next());
        if (task === undefined) return;
        yield task;
      }
    } finally {
      watcher.free();
    }
  }

  findTask(externalTaskId, call) {
    return this.#run((client) => client.findTask(externalTaskId, call), call);
  }

  generate(input, call) {
    return this.#run((client) => client.generate(avatarFields(input), call), call);
  }

  synthesizeSpeech(input, call) {
    return this.#run((client) => client.synthesizeSpeech(speechFields(input), call), call);
  }

  download(video, call) {
    return this.#run((client) => client.download(video, call), call);
  }
}
