const BAR_COUNT = 52;
const SVG = "http://www.w3.org/2000/svg";

/** A calm line of bars for when no sound is known. */
const resting = () => Array.from({ length: BAR_COUNT }, (_, i) => 0.12 + 0.06 * Math.sin(i / 2.5));

/** How loud a clip is over its length: `BAR_COUNT` numbers from 0 to 1. */
export async function loudness(file) {
  try {
    const context = new OfflineAudioContext(1, 1, 22050);
    const sound = await context.decodeAudioData(await file.arrayBuffer());
    const channels = Array.from({ length: sound.numberOfChannels }, (_, channel) => sound.getChannelData(channel));
    const width = Math.max(1, Math.floor(sound.length / BAR_COUNT));
    const loudnessAt = (bar) => channels.reduce((sum, samples) => sum + meanSquare(samples, bar * width, width), 0);
    const bars = Array.from({ length: BAR_COUNT }, (_, bar) => loudnessAt(bar));
    const loudest = Math.max(...bars, 1e-6);
    return bars.map((bar) => Math.sqrt(bar / loudest));
  } catch {
    return resting();
  }
}

function meanSquare(samples, start, width) {
  const end = Math.min(samples.length, start + width);
  let sum = 0;
  for (let i = start; i < end; i++) sum += samples[i] * samples[i];
  return sum / Math.max(1, end - start);
}

/** Bars of loudness, of which a share can be filled: a player's position, or the progress of a video. */
export class Waveform {
  #svg;
  #fill;

  constructor(svg) {
    this.#svg = svg;
    this.draw(resting());
  }

  draw(bars) {
    this.#svg.setAttribute("viewBox", `0 0 ${bars.length} 100`);
    const shape = bars.map((bar, i) => {
      const half = 4 + 42 * Math.min(1, bar);
      return `M${i + 0.5} ${(50 - half).toFixed(1)}V${(50 + half).toFixed(1)}`;
    }).join("");
    const rest = path(shape, "wave-rest");
    const done = path(shape, "wave-done");
    const clip = document.createElementNS(SVG, "clipPath");
    clip.id = `${this.#svg.id}-clip`;
    const share = this.#fill?.getAttribute("width") ?? "0";
    this.#fill = document.createElementNS(SVG, "rect");
    this.#fill.setAttribute("height", "100");
    this.#fill.setAttribute("width", share);
    clip.append(this.#fill);
    done.setAttribute("clip-path", `url(#${clip.id})`);
    this.#svg.replaceChildren(clip, rest, done);
    this.length = bars.length;
  }

  fill(share) {
    this.#fill.setAttribute("width", String(this.length * Math.min(1, Math.max(0, share))));
  }
}

function path(shape, name) {
  const element = document.createElementNS(SVG, "path");
  element.setAttribute("d", shape);
  element.setAttribute("class", name);
  return element;
}
