import { WasmSender } from "./kling_avatar_server.js";
import { callOptions, numberOf } from "./methods.js";

/** What a gateway asks the service for. */
export class Sender {
  #sender;

  /** Takes the list of `checkOptions`. */
  constructor(options) {
    this.#sender = new WasmSender(options);
  }

  #run(method, given, call) {
    return this.#sender.run(numberOf(method), given, callOptions(call));
  }

  /** Takes a list of fields, and the files of a form where there was one. */
  createTask(fields, files, call) {
    return files ? this.#sender.createTaskOf(files, fields, callOptions(call)) : this.#run("createTask", fields, call);
  }

  getTask(taskId, call) {
    return this.#run("getTask", taskId, call);
  }

  findTask(externalTaskId, call) {
    return this.#run("findTask", externalTaskId, call);
  }

  synthesizeSpeech(fields, call) {
    return this.#run("synthesizeSpeech", fields, call);
  }
}
