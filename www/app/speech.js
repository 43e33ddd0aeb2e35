import { byId, show } from "./dom.js";

/** Speech instead of a clip: remembers which sound is known to which service under which id. */
export class Speech {
  #ids = new WeakMap();
  /** Speech that could not be fetched to be listened to. */
  #unheard = null;
  /** What was asked for last, for the example code. */
  spoken = null;

  constructor(parts) {
    Object.assign(this, parts);
    const opener = byId("speech-open");
    opener.addEventListener("click", async () => {
      const { SpeechPanel } = await import("./speech/panel.js");
      this.panel ??= new SpeechPanel({ ...parts, speech: this });
      const open = byId("speech").hidden;
      opener.setAttribute("aria-expanded", String(open));
      show(byId("speech"), open);
      if (open) this.panel.focus();
    });
  }

  /** The id that the service of the present connection knows a sound by; for `null`, that of a sound that is only there. */
  idFor(file) {
    const known = file ? this.#ids.get(file) : this.#unheard;
    return known?.origin === this.#origin ? known.audioId : undefined;
  }

  remember(file, audioId, spoken) {
    const known = { audioId, origin: this.#origin };
    this.spoken = spoken;
    if (file) this.#ids.set(file, known);
    this.#unheard = file ? null : known;
  }

  get #origin() {
    return JSON.stringify(this.connection.origin);
  }
}
