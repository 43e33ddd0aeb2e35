import { WasmSender } from "./kling_avatar_server.js";
import { CREATE_TASK, FIND_TASK, GET_TASK, SYNTHESIZE_SPEECH, callOptions } from "./methods.js";

/** What a gateway asks the service for. */
export class Sender {
  #sender;

  /** Takes the list of `checkOptions`. */
  constructor(options) {
    this.#sender = new WasmSender(options);
  }

  #run(method, given, call) {
    return this.#sender.run(method, given, callOptions(call));
  }

  /** Takes a list of fields, and the files of a form where there was one. */
  createTask(fields, files, call) {
    return files ? this.#sender.createTaskOf(files, fields, callOptions(call)) : this.#run(CREATE_TASK, fields, call);
  }

  getTask(taskId, call) {
    return this.#run(GET_TASK, taskId, call);
  }

  findTask(externalTaskId, call) {
    return this.#run(FIND_TASK, externalTaskId, call);
  }

  synthesizeSpeech(fields, call) {
    return this.#run(SYNTHESIZE_SPEECH, fields, call);
  }
}
