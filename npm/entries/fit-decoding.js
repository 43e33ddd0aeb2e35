// How much memory decoding a sound takes: browsers decode a file as a whole, to 4 bytes a sample.
import { refused } from "./fit-refusal.js";

const RATES = [48_000, 32_000, 24_000, 16_000];
/** What the better rates may take, and what the lowest may. */
const COMFORTABLE_BYTES = 256 * 1024 * 1024;
const MAX_BYTES = 512 * 1024 * 1024;
const STEREO_SAMPLE_BYTES = 8;
/** Smaller files cannot last long enough to matter. */
const ALWAYS_FINE_BYTES = 1024 * 1024;
/** Files that do not say how long they are: recordings of a page, as a rule, and rather short. */
const RATE_OF_UNKNOWN = 24_000;
const PATIENCE_MS = 5000;
/** What the platform mixes down by itself. Of as many channels as stand nowhere here it would keep the first alone. */
const KNOWN_CHANNELS = [1, 2, 4, 6];
/** What is left of each channel where there are others: as much as the platform leaves of two. */
const SHARE = 0.5;
/** Channels that leave less than half of what the platform would of one alone have cancelled each other out. */
const LEAST_POWER = 1 / 16;
/** Of so many samples it is told which channel is the loudest. */
const LISTENED_TO = 1_000_000;

/** The length by the file's own head, without decoding; undefined where that cannot be told. */
export async function secondsOf(file) {
  if (file.size <= ALWAYS_FINE_BYTES || globalThis.Audio === undefined) return undefined;
  const url = URL.createObjectURL(file);
  const audio = new Audio();
  try {
    const told = new Promise((resolve) => {
      audio.onloadedmetadata = () => resolve(audio.duration);
      audio.onerror = () => resolve(undefined);
      setTimeout(resolve, PATIENCE_MS);
    });
    audio.preload = "metadata";
    audio.src = url;
    const seconds = await told;
    return Number.isFinite(seconds) ? seconds : undefined;
  } finally {
    audio.removeAttribute("src");
    URL.revokeObjectURL(url);
  }
}

/** The rate to decode at: the best one that leaves memory for other things. */
export function rateFor(bytes, seconds) {
  if (bytes <= ALWAYS_FINE_BYTES) return RATES[0];
  if (seconds === undefined) return RATE_OF_UNKNOWN;
  const lowest = RATES.at(-1);
  const most = Math.floor(MAX_BYTES / STEREO_SAMPLE_BYTES / lowest);
  if (seconds <= most) return RATES.find((rate) => seconds * rate * STEREO_SAMPLE_BYTES <= COMFORTABLE_BYTES) ?? lowest;
  const message = `The sound lasts ${Math.round(seconds / 60)} minutes; at most ${Math.floor(most / 60)} can be opened in a page.`;
  throw refused("soundFile", "too_long", message, { limit: most, actual: seconds });
}

/** The same sound with one channel, so that the others need no memory any longer; the loudest one where they cancel each other out. */
export async function mixedDown(decoded) {
  if (decoded.numberOfChannels === 1) return decoded;
  const mix = await mixed(decoded);
  const powers = Array.from({ length: decoded.numberOfChannels }, (_, channel) => power(decoded, channel));
  const most = Math.max(...powers);
  return power(mix, 0) < most * LEAST_POWER ? only(decoded, powers.indexOf(most)) : mix;
}

function power(sound, channel) {
  const samples = sound.getChannelData(channel);
  const step = Math.ceil(samples.length / LISTENED_TO);
  let sum = 0;
  for (let at = 0; at < samples.length; at += step) sum += samples[at] * samples[at];
  return sum;
}

function only(decoded, channel) {
  const { length, sampleRate } = decoded;
  const sound = new AudioBuffer({ length, sampleRate, numberOfChannels: 1 });
  sound.copyToChannel(decoded.getChannelData(channel), 0);
  return sound;
}

function mixed(decoded) {
  const context = new OfflineAudioContext(1, decoded.length, decoded.sampleRate);
  const player = new AudioBufferSourceNode(context, { buffer: decoded });
  if (KNOWN_CHANNELS.includes(decoded.numberOfChannels)) player.connect(context.destination);
  else sum(player, decoded.numberOfChannels);
  player.start();
  return context.startRendering();
}

function sum(player, count) {
  const { context } = player;
  const share = new GainNode(context, { gain: SHARE });
  const channels = new ChannelSplitterNode(context, { numberOfOutputs: count });
  player.connect(channels);
  for (let channel = 0; channel < count; channel++) channels.connect(share, channel);
  share.connect(context.destination);
}
