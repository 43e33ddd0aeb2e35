import * as format from "./format.js";
import { byId } from "./dom.js";
import { onLanguage, t } from "./i18n.js";
import { Waveform } from "./waveform.js";

/** The small player of the voice clip: a button, a waveform to seek in, and the time. */
export class Player {
  #audio = byId("voice-audio");
  #button = byId("voice-play");
  #seek = byId("voice-seek");
  #wave = new Waveform(byId("voice-wave"));

  constructor() {
    const audio = this.#audio;
    this.#button.addEventListener("click", () => (audio.paused ? audio.play().catch(() => {}) : audio.pause()));
    this.#seek.addEventListener("input", () => {
      if (Number.isFinite(audio.duration)) audio.currentTime = this.#seek.value * audio.duration;
    });
    for (const name of ["play", "pause", "ended", "timeupdate", "loadedmetadata", "emptied"]) {
      audio.addEventListener(name, () => this.#render());
    }
    onLanguage(() => this.#render());
  }

  load(url) {
    if (url) this.#audio.src = url;
    else this.#audio.removeAttribute("src");
    this.#audio.load();
  }

  draw(bars) {
    this.#wave.draw(bars);
  }

  pause() {
    this.#audio.pause();
  }

  #render() {
    const { currentTime, paused } = this.#audio;
    const duration = Number.isFinite(this.#audio.duration) ? this.#audio.duration : 0;
    const share = duration > 0 ? currentTime / duration : 0;
    byId("voice-play-icon").setAttribute("href", paused ? "#icon-play" : "#icon-pause");
    this.#button.setAttribute("aria-label", t(paused ? "voice.play" : "voice.pause"));
    this.#seek.value = String(share);
    this.#seek.setAttribute("aria-valuetext", `${format.clock(currentTime)} / ${format.clock(duration)}`);
    this.#wave.fill(share);
    byId("voice-time").textContent = `${format.clock(currentTime)} / ${format.clock(duration)}`;
  }
}
