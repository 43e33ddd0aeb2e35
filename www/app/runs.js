import { Run } from "./run.js";

/**
 * All videos of this visit and of those before it, newest first; one of them is on the stage. Tells of "add", "remove",
 * "select" and "change" with the run as its detail.
 */
export class Runs extends EventTarget {
  all = [];
  /** Before the first video: what the stage invites to. */
  none = new Run();
  current = this.none;
  /** Tells how long videos of a kind have usually taken, in seconds, where that is known. */
  typicalSeconds = () => undefined;

  constructor() {
    super();
    this.none.addEventListener("change", () => this.#tell("change", this.none));
  }

  /** A new one, on the stage. */
  start(known) {
    const run = new Run(known);
    this.add(run);
    this.select(run);
    return run;
  }

  add(run) {
    this.all.push(run);
    this.all.sort((a, b) => b.createdAt - a.createdAt);
    run.addEventListener("change", () => this.all.includes(run) && this.#tell("change", run));
    this.#tell("add", run);
  }

  select(run) {
    this.current = run;
    this.#tell("select", run);
  }

  /** Shows a failure from before there was a video to speak of. */
  refuse(error) {
    this.select(this.none);
    this.none.fail(error);
  }

  remove(run) {
    this.all = this.all.filter((each) => each !== run);
    run.cancel();
    run.release();
    if (run.photoUrl) URL.revokeObjectURL(run.photoUrl);
    this.#tell("remove", run);
    if (this.current === run) this.select(this.none);
  }

  /** The one that makes exactly this already. */
  underWay({ image, soundFile, audioId, prompt, mode }) {
    const same = ({ input }) =>
      input?.image === image && input.soundFile === soundFile && input.audioId === audioId && input.prompt === prompt && input.mode === mode;
    return this.all.find((run) => run.running && same(run));
  }

  #tell(name, run) {
    this.dispatchEvent(new CustomEvent(name, { detail: run }));
  }
}
