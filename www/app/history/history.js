import { isUnfinished } from "../errors.js";
import { Run } from "../run.js";
import { openStore } from "./store.js";
import { thumbnail } from "./thumbnail.js";

/** Finished videos beyond this go, the oldest first; they can be fetched from the service for 30 days. */
const MAX_BYTES = 300 * 1024 * 1024;
const MAX_RECORDS = 200;

const lockName = (id) => `kling-avatar ${id}`;
const videoOf = ({ id }) => `${id} video`;

/**
 * Keeps videos over reloads: what is known of each at every step, its photo and voice until its task is known, and the
 * finished video. Goes on with what was unfinished. Tells of "change" when the space that is used has changed.
 */
export class History extends EventTarget {
  #store = null;
  #records = new Map();
  #saving = Promise.resolve();
  /** What could not be written down, by what it is. */
  #unkept = new Map();
  #isRefused = false;

  constructor({ maxBytes = MAX_BYTES, maxRecords = MAX_RECORDS, ...parts }) {
    super();
    Object.assign(this, { maxBytes, maxRecords, ...parts });
  }

  /** Why videos are not kept: "fleeting" where the browser keeps nothing, "unkept" where it did not take what is new. */
  get trouble() {
    if (this.#isRefused) return "fleeting";
    return this.#unkept.size > 0 ? "unkept" : null;
  }

  /** How many videos are kept. */
  get count() {
    return this.#records.size;
  }

  get bytes() {
    return [...this.#records.values()].reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  }

  /** Settles when everything so far has been written down. */
  get saved() {
    return this.#saving;
  }

  async start() {
    const records = await this.#open();
    const { runs } = this;
    runs.typicalSeconds = (run) => this.#typicalSeconds(run);
    for (const record of records) await this.#restore(record);
    // Those that were begun in the meantime.
    for (const run of runs.all.filter(({ id }) => !this.#records.has(id))) this.#follow(run);
    runs.addEventListener("add", ({ detail }) => this.#follow(detail));
    runs.addEventListener("remove", ({ detail }) => this.#forget(detail));
    this.dispatchEvent(new Event("change"));
  }

  async #open() {
    try {
      const store = await openStore();
      const records = await store.records();
      store.onlost = () => this.#startAnew();
      this.#store = store;
      return records;
    } catch {
      this.#isRefused = true;
      return [];
    }
  }

  /** The site's data was deleted while the page is open. Only what is not finished is kept again: it may be paid for. */
  #startAnew() {
    for (const run of this.runs.all) {
      const record = this.#records.get(run.id);
      this.#records.delete(run.id);
      Object.assign(run, { stored: false, kept: false });
      if (isUnfinished(run) && run.state.error?.code !== "elsewhere") {
        if (record) this.#records.set(run.id, { ...record, hasFiles: false });
        this.#keep(run.id, () => this.#save(run));
      } else run.dispatchEvent(new Event("change"));
    }
    for (const [what, work] of this.#unkept) this.#keep(what, work);
    this.dispatchEvent(new Event("change"));
  }

  /** Runs one after another, so that a later state never loses to an earlier one. */
  #do(work) {
    this.#saving = this.#saving.then(work).catch(() => {});
    return this.#saving;
  }

  /** Writes something down, now or when something was deleted: a disk may be full. */
  #keep(what, work) {
    this.#do(async () => {
      try {
        await work();
        this.#unkept.delete(what);
      } catch {
        this.#unkept.set(what, work);
      }
      this.dispatchEvent(new Event("change"));
    });
  }

  /** Notes each step of a video. What was restored is noted already. */
  #follow(run, isNoted = false) {
    // Held as long as this tab lives: another tab leaves alone what is being made here.
    navigator.locks?.request(lockName(run.id), () => new Promise((resolve) => (run.letGo = resolve))).catch(() => {});
    const facts = () => [run.state.kind, run.state.taskId, run.state.error?.code].join();
    let known = isNoted ? facts() : "idle,,";
    let blob = run.blob;
    const note = () => {
      if (facts() !== known) this.#keep(run.id, () => this.#save(run));
      known = facts();
      if (run.blob && run.blob !== blob && !run.stored) this.#keep(videoOf(run), () => this.#saveVideo(run));
      blob = run.blob;
    };
    run.addEventListener("change", note);
    note();
  }

  async #save(run) {
    if (!this.runs.all.includes(run)) return;
    const { kind, taskId, externalTaskId, video, seconds, error } = run.state;
    const before = this.#records.get(run.id);
    const { image, soundFile, ...words } = run.input ?? before?.input ?? {};
    const { id, createdAt, origin, details } = run;
    // A task that is known needs its files no longer; a preview lives in its page only and is made anew after a reload.
    const hasFiles = kind !== "done" && Boolean(image) && (!taskId || Boolean(origin?.inPage));
    const record = {
      ...before, id, createdAt, origin, details, hasFiles,
      input: words,
      state: { kind, taskId, externalTaskId, video, seconds, error: error && { code: error.code, message: error.message } },
      thumb: before?.thumb ?? (image && (await thumbnail(image))),
    };
    const files = hasFiles === Boolean(before?.hasFiles) ? {} : { image: hasFiles ? image : null, sound: hasFiles ? soundFile : null };
    run.kept = false;
    await this.#store?.save(record, files);
    if (!this.runs.all.includes(run)) return; // deleted meanwhile
    this.#records.set(id, record);
    run.kept = this.#store !== null;
  }

  async #saveVideo(run) {
    const { blob } = run;
    if (!blob || !this.#store || !this.runs.all.includes(run)) return;
    const record = this.#records.get(run.id);
    if (!record) throw new Error("What belongs to the video is not kept.");
    await this.#store.save({ ...record, bytes: blob.size }, { video: blob });
    record.bytes = blob.size;
    run.stored = true;
    run.letGo?.(); // Other tabs show it, too, from here.
    run.dispatchEvent(new Event("change"));
    await this.#makeRoom(run.id);
  }

  /** Lets the oldest files go, and the oldest records, but never what has just come. */
  async #makeRoom(newest) {
    const oldest = [...this.#records.values()].filter(({ id }) => id !== newest).sort((a, b) => a.createdAt - b.createdAt);
    for (const record of oldest) {
      if (this.bytes <= this.maxBytes) break;
      if (!record.bytes) continue;
      record.bytes = 0;
      await this.#store.save(record, { video: null });
    }
    for (const { id } of oldest.slice(0, Math.max(0, this.#records.size - this.maxRecords))) {
      const run = this.runs.all.find((each) => each.id === id);
      if (run && !run.running) this.runs.remove(run);
    }
  }

  async #restore(record) {
    const { id, createdAt, origin, details, thumb, bytes } = record;
    this.#records.set(id, record);
    const run = new Run({ id, createdAt, origin, photoUrl: thumb ? URL.createObjectURL(thumb) : null });
    Object.assign(run, { details, kept: true, stored: Boolean(bytes) });
    this.runs.add(run);
    await this.#enter(run, record);
  }

  async #enter(run, record) {
    const { state } = record;
    if (state.kind === "running") return this.#goOn(run, record);
    run.input = (await this.#input(record)) ?? null;
    run.restore({ ...state, input: run.input });
    if (state.kind === "done") this.#bringWhenShown(run);
    this.#follow(run, true);
  }

  /** A long list must not fill the memory: a video is read when it is put on the stage. */
  #bringWhenShown(run) {
    const bring = async () => {
      if (this.runs.current !== run || run.blob) return;
      const blob = await this.#store.file(run.id, "video").catch(() => undefined);
      if (blob) run.hold(blob);
      else if (run.origin?.inPage) this.runs.remove(run);
      else if (run.stored) {
        run.stored = false;
        run.dispatchEvent(new Event("change"));
      }
    };
    this.runs.addEventListener("select", bring);
    bring();
  }

  /** Goes on at once, or when the other tab that it is made in goes away. */
  async #goOn(run, record) {
    if (!navigator.locks) return this.#resume(run, record);
    const isFree = await navigator.locks.request(lockName(run.id), { ifAvailable: true }, (lock) => lock !== null);
    if (isFree) return this.#resume(run, record);
    run.restore({ kind: "failed", error: { code: "elsewhere" } });
    navigator.locks.request(lockName(run.id), async () => {
      const now = await this.#store.record(run.id);
      if (!now) this.runs.remove(run);
      else this.#records.set(run.id, now);
      run.stored = Boolean(now?.bytes);
      this.dispatchEvent(new Event("change"));
      return now;
    }).then((now) => now && this.#enter(run, now));
  }

  async #resume(run, record) {
    const { taskId, externalTaskId } = record.state;
    run.input = (await this.#input(record)) ?? null;
    const options = await this.connection.optionsFor(run.origin ?? { kind: "key" }).catch(() => null);
    const known = { taskId: run.origin?.inPage ? undefined : taskId, externalTaskId, input: run.input };
    run.restore({ kind: "failed", error: { code: "key_needed" }, ...known });
    this.#follow(run, true);
    if (this.runs.current === this.runs.none) this.runs.select(run);
    if (options) this.actions.resume(run, new this.AvatarClient(options));
  }

  async #input({ id, input, hasFiles }) {
    if (!hasFiles) return undefined;
    const [image, soundFile] = await Promise.all([this.#store.file(id, "image"), this.#store.file(id, "sound")]).catch(() => []);
    return image && { ...input, image, ...(soundFile && { soundFile }) };
  }

  #forget(run) {
    run.letGo?.();
    this.#records.delete(run.id);
    this.#do(() => this.#store?.delete(run.id));
    for (const what of [run.id, videoOf(run)]) this.#unkept.delete(what);
    for (const [what, work] of this.#unkept) this.#keep(what, work);
    this.dispatchEvent(new Event("change"));
  }

  /** The median of what videos from the same place have taken here. */
  #typicalSeconds({ origin }) {
    const taken = [...this.#records.values()]
      .filter(({ origin: of, state }) => of?.kind === origin?.kind && of?.address === origin?.address && state.seconds > 0)
      .map(({ state }) => state.seconds)
      .sort((a, b) => a - b);
    return taken.length >= 2 ? taken[taken.length >> 1] : undefined;
  }
}
