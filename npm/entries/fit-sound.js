import { formatOf } from "./fit-format.js";
import { checkFile, checkSignal, needs, refused, renamed, undecodable, unlessAborted, withLimits } from "./fit-refusal.js";
import { mixedDown, rateFor, secondsOf } from "./fit-decoding.js";
import { HEADER_BYTES, wav } from "./fit-wav.js";

const WAV_RATES = [48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 11_025, 8000];
const MAX_SOURCE_BYTES = 512 * 1024 * 1024;
/** Enough of each stretch to see how loud it is. */
const LOOKED_AT = 512;

/** A decoded sound, mixed down to mono. */
export class DecodedSound {
  constructor(buffer, channels, file) {
    Object.assign(this, { buffer, channels, file, durationSeconds: buffer.duration, sampleRate: buffer.sampleRate });
  }

  peaks(count) {
    const samples = this.buffer.getChannelData(0);
    const width = samples.length / count;
    const step = Math.max(1, Math.floor(width / LOOKED_AT));
    return Float32Array.from({ length: count }, (_, i) => {
      let peak = 0;
      const end = Math.min(samples.length, Math.ceil((i + 1) * width));
      for (let at = Math.floor(i * width); at < end; at += step) peak = Math.max(peak, Math.abs(samples[at]));
      return Math.min(1, peak);
    });
  }
}

/** Decodes a sound, or that of a video. */
export async function decodeSound(file, { signal } = {}) {
  needs("OfflineAudioContext");
  checkSignal(signal);
  checkFile("soundFile", file);
  if (file.size > MAX_SOURCE_BYTES) {
    const message = `The file has ${Math.round(file.size / 1048576)} MB; at most ${MAX_SOURCE_BYTES / 1048576} MB can be opened in a page.`;
    throw refused("soundFile", "too_large", message, { limit: MAX_SOURCE_BYTES, actual: file.size });
  }
  return unlessAborted(signal, decode(file, signal));
}

async function decode(file, signal) {
  const rate = rateFor(file.size, await secondsOf(file));
  checkSignal(signal);
  let decoded;
  try {
    decoded = await new OfflineAudioContext(1, 1, rate).decodeAudioData(await file.arrayBuffer());
    if (decoded.length === 0) throw new Error("Nothing was decoded."); // as WebKit does of 24 bits at 96 kHz
  } catch (cause) {
    throw await undecodable("soundFile", file, await formatOf("soundFile", file), cause);
  }
  checkSignal(signal);
  return new DecodedSound(await mixedDown(decoded), decoded.numberOfChannels, file);
}

/** Makes a clip that the service takes; one that it takes already is given back as it is where nothing is asked for. */
export async function fitSound(source, options = {}) {
  const limits = withLimits(options.limits);
  const { pad = false, signal } = options;
  checkSignal(signal);
  const sound = source instanceof DecodedSound ? source : await decodeSound(source, { signal });
  const asked = options.start !== undefined || options.end !== undefined;
  if (!asked && (await isAccepted(sound, limits))) return unchanged(sound);
  const { start, end } = selection(sound, options, limits);
  const length = inMicroseconds(end - start);
  const seconds = Math.max(length, pad ? limits.audioMinSeconds : 0);
  checkLength(seconds, limits);
  const rate = WAV_RATES.find((each) => each <= sound.sampleRate && bytesOf(seconds, each) <= limits.audioMaxBytes);
  if (rate === undefined) {
    throw refused("soundFile", "too_large", `No WAV of ${seconds} s has at most ${limits.audioMaxBytes} bytes.`, { limit: limits.audioMaxBytes });
  }
  const samples = await unlessAborted(signal, render(sound, start, length, Math.round(seconds * rate), rate));
  const file = new File([wav(samples, rate)], renamed(sound.file, "voice", "wav"), { type: "audio/wav" });
  const changed = ["converted"];
  if (start > 0 || end < sound.durationSeconds) changed.unshift("trimmed");
  if (seconds > length) changed.unshift("padded");
  return { file, durationSeconds: samples.length / rate, sampleRate: rate, channels: 1, start, end, changed };
}

async function isAccepted({ file, durationSeconds }, limits) {
  const { audioMinSeconds: least, audioMaxSeconds: most, audioMaxBytes: bytes } = limits;
  const fits = file.size <= bytes && durationSeconds >= least && durationSeconds <= most;
  return fits && (await formatOf("soundFile", file))?.accepted === true;
}

function unchanged({ file, durationSeconds, sampleRate, channels }) {
  const given = file instanceof File ? file : new File([file], "voice", { type: file.type });
  return { file: given, durationSeconds, sampleRate, channels, start: 0, end: durationSeconds, changed: [] };
}

function selection({ durationSeconds }, { start = 0, end }, { audioMaxSeconds }) {
  const stop = Math.min(durationSeconds, end ?? start + audioMaxSeconds);
  if (start >= 0 && start < stop) return { start, end: stop };
  const message = `start and end must be seconds within the sound, which lasts ${durationSeconds} s.`;
  throw refused("soundFile", "invalid_value", message, { limit: durationSeconds, actual: { start, end } });
}

function checkLength(seconds, { audioMinSeconds: least, audioMaxSeconds: most }) {
  if (seconds < least) {
    const message = `The sound lasts ${seconds} s; at least ${least} s are needed. pad: true adds silence.`;
    throw refused("soundFile", "too_short", message, { limit: least, actual: seconds });
  }
  if (seconds > most) {
    const message = `The part lasts ${seconds} s; at most ${most} s are allowed.`;
    throw refused("soundFile", "too_long", message, { limit: most, actual: seconds });
  }
}

/** Of two ends that stand a minute apart the difference may be a hair more: 64.4 - 4.4 > 60. */
const inMicroseconds = (seconds) => Math.round(seconds * 1e6) / 1e6;

const bytesOf = (seconds, rate) => HEADER_BYTES + 2 * Math.round(seconds * rate);

/**
 * A part of the sound at another rate, with silence after it up to `length` samples. The rate is changed by the decoder: a
 * player has no filter in front of it, so that hissing comes back as tones in the middle of the voice.
 */
async function render({ buffer }, start, seconds, length, rate) {
  const { sampleRate } = buffer;
  const from = Math.round(start * sampleRate);
  const part = buffer.getChannelData(0).subarray(from, from + Math.round(seconds * sampleRate));
  const isSame = rate === sampleRate;
  const made = isSame ? part : (await new OfflineAudioContext(1, 1, rate).decodeAudioData(wav(part, sampleRate))).getChannelData(0);
  const samples = new Float32Array(length);
  samples.set(made.subarray(0, length));
  return samples;
}
