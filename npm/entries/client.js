import { AvatarError, isFields } from "./error.js";
import { load } from "./module.js";
import { checkOptions } from "./options.js";

/** Runs something of the module's and makes a real `Error` of what it rejects with. */
async function run(work) {
  const module = await load();
  try {
    return await work(module);
  } catch (rejected) {
    throw isFields(rejected) ? new AvatarError(rejected) : rejected;
  }
}

export function validate(input, limits) {
  return run((module) => module.validate(input, limits));
}

export class AvatarClient {
  #options;
  #client;

  constructor(options) {
    this.#options = checkOptions(options);
  }

  #run(work) {
    return run((module) => work((this.#client ??= new module.WasmClient(this.#options))));
  }

  validate(input) {
    return this.#run((client) => client.validate(input));
  }

  createTask(input, call) {
    return this.#run((client) => client.createTask(input, call));
  }

  getTask(taskId, call) {
    return this.#run((client) => client.getTask(taskId, call));
  }

  waitForTask(taskId, call) {
    return this.#run((client) => client.waitForTask(taskId, call));
  }

  async *watchTask(taskId, call) {
    const watcher = await this.#run((client) => client.watchTask(taskId, call));
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
    return this.#run((client) => client.findTask(externalTaskId, call));
  }

  generate(input, call) {
    return this.#run((client) => client.generate(input, call));
  }

  synthesizeSpeech(input, call) {
    return this.#run((client) => client.synthesizeSpeech(input, call));
  }

  download(video, call) {
    return this.#run((client) => client.download(video, call));
  }
}
