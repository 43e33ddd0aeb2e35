import { saveBlob, saveVideo, videoName } from "./download.js";
import { bringIntoView, byId, onPress } from "./dom.js";
import { describe } from "./errors.js";
import { onLanguage, t } from "./i18n.js";
import { loadSamples } from "./samples.js";

/** What the buttons do. */
export class Actions {
  /** How many fields were found wrong when the video was asked for. */
  #wrong = 0;
  #hasSamples = true;

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
    onPress(byId("cancel"), () => this.runs.current.cancel());
    onPress(byId("resume"), ({ target }) => this.#help(target.dataset.action));
    onPress(byId("download"), () => this.download());
    byId("sample").addEventListener("click", () => this.useSamples());
    onLanguage(() => this.#renderSaid());
    window.addEventListener("beforeunload", (event) => {
      if (this.runs.all.some((run) => run.running && !(run.kept && run.state.taskId))) event.preventDefault();
    });
  }

  /** What would be made now. */
  get input() {
    const { photo, voice, prompt, speech } = this;
    const audioId = speech.idFor(voice.file);
    const sound = audioId ? { audioId } : { soundFile: voice.file ?? undefined };
    return { image: photo.file, ...sound, prompt: prompt.value, mode: this.mode() };
  }

  async generate() {
    if (this.collecting) return;
    const going = this.runs.underWay(this.input);
    if (going) return this.show(going);
    this.collecting = true;
    const client = (await this.#ready()) && (await this.#client());
    this.collecting = false;
    if (!client) return;
    this.player.pause();
    this.#clearSettled();
    const { input } = this;
    const run = this.runs.start({ origin: this.connection.origin, input, photoUrl: URL.createObjectURL(input.image) });
    run.details = { name: videoName(this.photo.file.name), seconds: this.voice.report?.durationSeconds };
    this.#go(run, run.generate(client, { ...input, externalTaskId: crypto.randomUUID() }));
  }

  /** Puts a video on the stage. */
  show(run) {
    this.runs.select(run);
    this.stage.reveal();
  }

  async pickUpTyped() {
    const input = byId("pickup-id");
    const taskId = input.value.trim();
    if (taskId === "") return input.focus();
    const known = this.runs.all.find((run) => run.state.taskId === taskId && run.state.kind !== "failed");
    if (known) return this.show(known);
    const client = await this.#client();
    if (!client) return;
    this.#clearSettled();
    const run = this.runs.start({ origin: this.connection.origin });
    this.#go(run, run.pickUp(client, taskId));
  }

  async useSamples() {
    this.#hasSamples = true;
    this.#renderSaid();
    try {
      const { photo, voice } = await loadSamples();
      await Promise.all([this.photo.set(photo), this.voice.set(voice)]);
    } catch {
      this.#hasSamples = false;
      this.#renderSaid();
    }
  }

  async download() {
    const run = this.runs.current;
    const name = run.details?.name ?? videoName();
    if (run.blob) return saveBlob(run.blob, name);
    const client = run.state.client ?? (await this.#client(run));
    if (client) await saveVideo(client, run.state.video, name);
  }

  /** Goes on with a video that was begun before: from its task, or by finding out whether there is one. */
  async resume(run, client) {
    const { taskId, externalTaskId, input } = run.state;
    if (taskId) return run.pickUp(client, taskId);
    return run.origin?.inPage && input ? run.generate(client, { ...input, externalTaskId }) : run.lookUp(client, externalTaskId, input);
  }

  /** Whether everything is there. What is not is said beside its field, and the first of them gets the keyboard. */
  async #ready() {
    const { photo, voice, prompt } = this;
    await Promise.all([photo.checked, voice.checked, prompt.validate()]);
    for (const field of [photo, voice]) {
      if (!field.file && !(field === voice && this.speech.idFor(null))) await field.complain([{ field: field.field, code: "missing", message: "" }]);
    }
    const count = [photo, voice, prompt].filter((field) => field.problems.length > 0).length;
    this.#countProblems(count);
    if (count > 0) this.#showFirstProblem();
    return count === 0;
  }

  /** What was said about the former files and words is settled by new ones, unless a task may exist. */
  #changed() {
    this.#countProblems(0);
    const { current, none } = this.runs;
    if (!isSettled(current)) return;
    if (current === none) none.clear();
    else this.runs.remove(current);
  }

  /** What came to nothing makes room for the next one. */
  #clearSettled() {
    for (const run of this.runs.all.filter(isSettled)) this.runs.remove(run);
  }

  #countProblems(count) {
    this.#wrong = count;
    this.#renderSaid();
  }

  #renderSaid() {
    byId("attention").textContent = this.#wrong > 0 ? t("generate.attention", { count: this.#wrong }) : "";
    byId("sample-problem").textContent = this.#hasSamples ? "" : t("sample.failed");
  }

  #showFirstProblem() {
    const first = [this.photo, this.voice, this.prompt].find((field) => field.problems.length > 0);
    if (!first) return;
    first.focus();
    bringIntoView(first.root);
  }

  /** A client for the present connection, or for that of a run; null where something about it is missing, which is shown. */
  async #client(run) {
    try {
      const options = run?.origin ? await this.connection.optionsFor(run.origin) : await this.connection.options();
      if (options) return new this.AvatarClient(options);
      this.connection.reveal(run?.origin?.kind);
    } catch (error) {
      this.runs.refuse(error);
      this.stage.reveal();
    }
    return null;
  }

  #go(run, work) {
    this.stage.reveal();
    return work.then(() => this.#showProblemsFound(run));
  }

  /** The last check before sending may find what the first could not, such as a file changed meanwhile. */
  #showProblemsFound({ state: { error } }) {
    if (error?.code !== "invalid_input") return;
    for (const field of [this.photo, this.voice, this.prompt]) {
      const problems = (error.problems ?? []).filter((problem) => problem.field === field.field);
      if (problems.length > 0) field.complain(problems);
    }
  }

  async #help(action) {
    const run = this.runs.current;
    const { externalTaskId, input, error } = run.state;
    if (action === "fields") return this.#showFirstProblem();
    if (action === "connection") return this.connection.reveal(run.origin?.kind);
    const client = await this.#client(run);
    if (!client || run.running) return;
    if (action === "resume") return this.#go(run, this.resume(run, client));
    if (action === "lookup") return this.#go(run, run.lookUp(client, externalTaskId, input));
    if (!input) return this.generate();
    // With the same id, so that the service itself refuses to make one video twice; a task that failed has used its id up.
    const id = error?.code === "task_failed" || !externalTaskId ? crypto.randomUUID() : externalTaskId;
    this.#go(run, run.generate(client, { ...input, externalTaskId: id }));
  }
}

/** Nothing was ordered, and nothing is left to find out. */
const isSettled = ({ state }) => state.kind === "failed" && describe(state).settled;
