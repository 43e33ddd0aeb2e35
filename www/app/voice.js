import * as format from "./format.js";
import { byId, show } from "./dom.js";
import { MediaField } from "./media-field.js";
import { loudness } from "./waveform.js";

export function voiceField(check, limits, player) {
  let url = null;

  async function preview(file, accepted) {
    show(byId("voice-player"), false);
    player.load(null);
    if (url) URL.revokeObjectURL(url);
    url = null;
    if (!file || file.size === 0) return undefined;
    url = URL.createObjectURL(file);
    if (!accepted) return undefined;
    player.load(url);
    show(byId("voice-player"), true);
    // A picture of the sound is a nicety: it comes when it is ready and is never waited for.
    const mine = url;
    loudness(file).then((bars) => {
      if (url === mine) field.dispatchEvent(new CustomEvent("loudness", { detail: bars }));
    });
    return {};
  }

  const field = new MediaField({ name: "voice", field: "soundFile", check, limits, preview, facts });
  return field;
}

function facts(file, report) {
  const { format: kind, durationSeconds, sampleRate } = report ?? {};
  return [
    kind?.toUpperCase(),
    durationSeconds !== undefined && format.seconds(durationSeconds),
    sampleRate && format.kilohertz(sampleRate),
    format.bytes(file.size),
  ].filter(Boolean);
}
