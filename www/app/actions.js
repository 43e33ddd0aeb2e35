import { saveVideo, videoName } from "./download.js";
import { bringIntoView, byId, show } from "./dom.js";
import { t } from "./i18n.js";
import { loadSamples } from "./samples.js";
import { isWebAddress } from "./stage.js";

/** What the buttons do. */
export class Actions {
  constructor(parts) {
    Object.assign(this, parts);
    byId("maker").addEventListener("submit", (event) => {
      event.preventDefault();
      this.generate();
    });
    byId("prompt").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.generate();
    });
    byId("pickup-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.pickUpTyped();
    });
    for (const field of [this.photo, this.voice, this.prompt]) {
      field.addEventListener("change", () => this.#changed());
    }
    byId("cancel").addEventListener("click", () => this.run.cancel());
    byId("resume").addEventListener("click", ({ target }) => this.#help(target.dataset.action));
    byId("download").addEventListener("click", () => this.download());
    byId("sample").addEventListener("click", () => this.useSamples());
    byId("stage-video").addEventListener("error", () => this.#offerOtherWays());
    window.addEventListener("beforeunload", (event) => {
      if (this.run.running) event.preventDefault();
    });
  }

  async generate() {
    if (this.run.running || this.collecting) return;
    this.collecting = true;
    const client = (await this.#ready()) && this.#client();
    this.collecting = false;
    if (!client) return;
    this.player.pause();
    const { photo, voice, prompt } = this;
    this.#go(this.run.generate(client, {
      image: photo.file,
      soundFile: voice.file,
      prompt: prompt.value,
      mode: this.mode(),
    }));
  }

  pickUpTyped() {
    const input = byId("pickup-id");
    const taskId = input.value.trim();
    if (taskId === "") input.focus();
    else this.#pickUp(taskId);
  }

  async useSamples() {
    const problem = byId("sample-problem");
    problem.textContent = "";
    try {
      const { photo, voice } = await loadSamples();
      await Promise.all([this.photo.set(photo), this.voice.set(voice)]);
    } catch {
      problem.textContent = t("sample.failed");
    }
  }

  download() {
    const { client, video } = this.run.state;
    return saveVideo(client, video, videoName(this.photo.file?.name));
  }

  /** Whether everything is there. What is not is said beside its field, and the first of them gets the keyboard. */
  async #ready() {
    const { photo, voice, prompt } = this;
    await Promise.all([photo.checked, voice.checked, prompt.validate()]);
    for (const field of [photo, voice]) {
      if (!field.file) field.complain([{ field: field.field, code: "missing", message: "" }]);
    }
    const count = [photo, voice, prompt].filter((field) => field.problems.length > 0).length;
    this.#countProblems(count);
    if (count > 0) this.#showFirstProblem();
    return count === 0;
  }

  /** What was said about the former files and words is settled by new ones, unless a task may exist. */
  #changed() {
    this.#countProblems(0);
    const { kind } = this.run.state;
    if (kind === "failed" && !["resume", "lookup"].includes(byId("resume").dataset.action)) this.run.clear();
  }

  #countProblems(count) {
    byId("attention").textContent = count > 0 ? t("generate.attention", { count }) : "";
  }

  #showFirstProblem() {
    const first = [this.photo, this.voice, this.prompt].find((field) => field.problems.length > 0);
    if (!first) return;
    first.focus();
    bringIntoView(first.root);
  }

  /** A client for the present connection; null where something about it is missing, which is then shown. */
  #client() {
    const options = this.connection.options();
    if (!options) {
      this.connection.reveal();
      return null;
    }
    try {
      return new this.AvatarClient(options);
    } catch (error) {
      this.run.fail(error);
      this.stage.reveal();
      return null;
    }
  }

  #go(work) {
    this.stage.reveal();
    return work.then(() => this.#showProblemsFound());
  }

  /** The last check before sending may find what the first could not, such as a file changed meanwhile. */
  #showProblemsFound() {
    const { error } = this.run.state;
    if (error?.code !== "invalid_input") return;
    for (const field of [this.photo, this.voice, this.prompt]) {
      const problems = (error.problems ?? []).filter((problem) => problem.field === field.field);
      if (problems.length > 0) field.complain(problems);
    }
  }

  #pickUp(taskId) {
    const client = !this.run.running && this.#client();
    if (client) this.#go(this.run.pickUp(client, taskId));
  }

  #help(action) {
    const { taskId, externalTaskId, input, error } = this.run.state;
    if (action === "fields") this.#showFirstProblem();
    if (action === "connection") this.connection.reveal();
    if (action === "resume") this.#pickUp(taskId);
    if (action === "lookup" || action === "retry") {
      const client = this.#client();
      if (!client) return;
      if (action === "lookup") this.#go(this.run.lookUp(client, externalTaskId, input));
      else this.#retry(client, input, error?.code === "task_failed" ? undefined : externalTaskId);
    }
  }

  /** Tries again with the same id, so that the service itself refuses to make one video twice. */
  #retry(client, input, externalTaskId) {
    if (!input) return this.run.state.taskId ? this.#pickUp(this.run.state.taskId) : this.generate();
    this.#go(this.run.generate(client, externalTaskId ? { ...input, externalTaskId } : input));
  }

  #offerOtherWays() {
    const { kind, video } = this.run.state;
    if (kind !== "done") return;
    byId("done-note").textContent = t("done.unplayable");
    if (isWebAddress(video.url)) byId("open-video").href = video.url;
    show(byId("open-video"), isWebAddress(video.url));
  }
}
