import * as format from "./format.js";
import { bringIntoView, byId, show, textElement } from "./dom.js";
import { describe, outcome } from "./errors.js";
import { onLanguage, t } from "./i18n.js";
import { Waveform } from "./waveform.js";

/** How long an upload may stand still before it is spoken of, in milliseconds. */
const STANDSTILL_MS = 6000;

/** Shows a run: the photo, how far its video has come, the video, or what went wrong and what helps. */
export class Stage {
  #root = byId("stage");
  #wave = new Waveform(byId("progress-wave"));
  #video = byId("stage-video");
  #photoUrl = null;
  #hasPhoto = false;
  #hasVoice = false;
  #shown = "idle";
  #source = null;
  #announced = "";
  #ticking = 0;
  /** What each video was last known as. */
  #kinds = new WeakMap();

  constructor(runs) {
    this.runs = runs;
    runs.addEventListener("change", ({ detail }) => {
      if (detail === this.run) this.render();
      else this.#announceOther(detail);
      this.#kinds.set(detail, detail.state.kind);
    });
    runs.addEventListener("select", () => {
      this.#announced = "";
      this.#shown = this.run.state.kind;
      this.render();
    });
    this.#video.addEventListener("error", () => this.render());
    onLanguage(() => this.render());
  }

  get run() {
    return this.runs.current;
  }

  /** A photo that is not taken is shown all the same, where the browser can. */
  setPhoto(url, taken) {
    this.#photoUrl = url ?? null;
    this.#hasPhoto = taken;
    this.render();
  }

  setVoice(present) {
    this.#hasVoice = present;
    this.render();
  }

  draw(bars) {
    this.#wave.draw(bars);
    this.#renderProgress();
  }

  /** Brings the stage before the eyes, and the keyboard to it. */
  reveal() {
    this.#root.focus({ preventScroll: true });
    bringIntoView(this.#root);
  }

  render() {
    const { state } = this.run;
    const { kind } = state;
    this.#root.dataset.state = kind;
    this.#root.dataset.now = kind === "running" ? this.run.phase : kind;
    show(byId("progress"), kind === "running" || kind === "idle");
    show(byId("notice"), kind === "failed");
    show(byId("done"), kind === "done");
    show(byId("cancel"), kind === "running");
    show(byId("download"), kind === "done");
    show(byId("resume"), false);
    show(byId("open-video"), false);
    this.#renderFrame(state);
    if (kind === "idle") this.#renderInvitation();
    if (kind === "running") this.#renderProgress();
    if (kind === "failed") this.#renderFailure(state);
    if (kind === "done") this.#renderDone(state);
    this.#tick(kind === "running");
    this.#follow(kind);
  }

  /** Keeps the keyboard here when the button that was pressed goes away, and the outcome in view. */
  #follow(kind) {
    if (kind === this.#shown) return;
    this.#shown = kind;
    const active = document.activeElement;
    if (!this.#root.contains(active) && active !== document.body) return;
    if (active === document.body || active.hidden) this.#root.focus({ preventScroll: true });
    bringIntoView(byId("stage-foot"));
  }

  #renderInvitation() {
    const need = this.#hasPhoto ? (this.#hasVoice ? "ready" : "voice") : this.#hasVoice ? "photo" : "both";
    byId("progress-phase").textContent = t(`invite.${need}`);
    byId("progress-elapsed").textContent = "";
    byId("progress-note").textContent = "";
    document.title = t("page.title");
    const bar = byId("progress-bar");
    for (const name of ["role", "aria-labelledby", "aria-valuenow"]) bar.removeAttribute(name);
    this.#root.dataset.phase = "none";
    this.#wave.fill(0);
  }

  #renderFrame({ kind, video }) {
    const url = this.run.photoUrl ?? this.#photoUrl;
    const playable = kind === "done" ? this.run.localUrl ?? (this.run.stored ? "" : video.url) : "";
    for (const image of [byId("stage-photo"), byId("stage-backdrop")]) {
      if (url && kind !== "done" && image.getAttribute("src") !== url) image.src = url;
      show(image, Boolean(url) && (kind !== "done" || image.id === "stage-backdrop"));
    }
    show(byId("stage-empty"), !url && kind !== "done");
    show(this.#video, kind === "done");
    if (kind !== "done") {
      if (this.#video.hasAttribute("src")) {
        this.#video.removeAttribute("src");
        this.#video.load();
      }
    } else if (isPlayable(playable) && !this.#plays(playable)) {
      if (url) this.#video.poster = url;
      else this.#video.removeAttribute("poster");
      this.#video.src = playable;
    }
  }

  /** A video that is playing already goes on from where it came when its copy in this browser is there. */
  #plays(url) {
    const now = this.#video.getAttribute("src");
    const same = now === url || (this.#source === this.run && isWebAddress(now ?? "") && !this.#video.error);
    this.#source = this.run;
    return same;
  }

  #renderProgress() {
    if (!this.run.running) return;
    const { phase } = this.run;
    const { loadedBytes = 0, totalBytes, startedAt } = this.run.state;
    const words = t(`phase.${phase}`);
    byId("progress-phase").textContent = words;
    byId("progress-elapsed").textContent = format.clock((performance.now() - startedAt) / 1000);
    const bar = byId("progress-bar");
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-labelledby", "progress-phase");
    const share = phase === "uploading" && totalBytes > 0 ? loadedBytes / totalBytes : undefined;
    this.#root.dataset.phase = share === undefined || share >= 1 ? "waiting" : "measured";
    this.#wave.fill(share ?? (phase === "reading" ? 0 : 1));
    if (share === undefined) bar.removeAttribute("aria-valuenow");
    else bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    byId("progress-note").textContent = progressNote(this.run, share, this.runs.typicalSeconds(this.run));
    document.title = share === undefined ? `${words} · ${t("page.name")}` : `${format.percent(share)} · ${t("page.name")}`;
    this.#announce(words);
  }

  #renderFailure(state) {
    const { tone, title, advice, quote, more, action, taskId, facts } = describe(state);
    const notice = byId("notice");
    notice.dataset.tone = tone;
    byId("notice-title").textContent = title;
    byId("notice-advice").replaceChildren(
      ...[advice, quote && t("error.said", { words: quote }), more]
        .filter(Boolean)
        .map((sentence) => textElement("span", `${sentence} `)),
    );
    byId("notice-task").textContent = taskId ?? "";
    show(byId("notice-task-line"), Boolean(taskId));
    byId("notice-facts").replaceChildren(
      ...facts.flatMap(([name, value]) => [textElement("dt", t(`fact.${name}`)), textElement("dd", String(value))]),
    );
    const button = byId("resume");
    show(button, Boolean(action));
    button.dataset.action = action ?? "";
    if (action) button.textContent = t(`action.${action}`);
    document.title = `${title} · ${t("page.name")}`;
    this.#announce(`${title}. ${advice}`);
  }

  #renderDone({ video, seconds }) {
    const length = format.seconds(video.durationSeconds);
    byId("done-facts").textContent = seconds === undefined ? length : t("done.facts", { length, took: format.clock(seconds) });
    const isBroken = this.#video.error !== null;
    const isOpenable = isBroken && isPlayable(video.url);
    byId("done-note").textContent = t(`done.${isBroken ? "unplayable" : this.run.origin?.inPage ? "preview" : this.run.stored ? "stored" : "keep"}`);
    if (isOpenable) byId("open-video").href = video.url;
    show(byId("open-video"), isOpenable);
    byId("download-label").textContent = t("download.do");
    document.title = `✓ ${t("done.title")} · ${t("page.name")}`;
    this.#announce(t("done.title"));
  }

  #tick(on) {
    clearInterval(this.#ticking);
    if (on) this.#ticking = setInterval(() => this.#renderProgress(), 1000);
  }

  /** Says each change once; a screen reader must not hear every second. */
  #announce(words) {
    if (words === this.#announced) return;
    this.#announced = words;
    byId("announce").textContent = words;
  }

  /** Who sees the list of videos sees it change. */
  #announceOther(run) {
    if (this.#kinds.get(run) !== "running" || run.running) return;
    byId("announce").textContent = t("announce.other", { words: outcome(run.state) });
  }
}

function progressNote({ state: { phase, loadedBytes, totalBytes, waiting, movedAt }, origin, unread }, share, usual) {
  if (navigator.onLine === false && !origin?.inPage) return t("phase.offline");
  if (waiting) {
    const { delayMs } = waiting;
    if (delayMs === undefined) return t("phase.turn");
    return t(unread ? "phase.unread" : "phase.waiting", { delay: format.seconds(Math.max(1, delayMs / 1000), 0) });
  }
  if (phase === "uploading" && performance.now() - movedAt > STANDSTILL_MS) return t("phase.standstill");
  if (phase === "processing" && usual !== undefined) return t("phase.processing.usual", { usual: duration(usual) });
  if (share === undefined) return t(`phase.${phase}.note`);
  if (share >= 1) return t("phase.answer");
  return t("phase.bytes", { loaded: format.bytes(loadedBytes), total: format.bytes(totalBytes) });
}

/** Seconds up to two minutes, then minutes. */
const duration = (seconds) =>
  seconds < 120 ? format.seconds(Math.max(1, Math.round(seconds)), 0) : t("unit.minutes", { count: Math.round(seconds / 60) });

/** A preview's own addresses lead nowhere; it is played as soon as it is here. */
const isPlayable = (url) => url.startsWith("blob:") || (isWebAddress(url) && !new URL(url).hostname.endsWith(".invalid"));

export function isWebAddress(url) {
  return /^https?:\/\//i.test(url);
}
