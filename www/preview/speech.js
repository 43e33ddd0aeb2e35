import { soundsMale } from "../../tests/sandbox/voices.mjs";

const SAMPLE_RATE = 24_000;
const CHARACTERS_PER_SECOND = 14;
const NOTE = "A page cannot record its own voice: these are tones instead of words";

/** Stands in for speech: tones about as long as the text would take, as a WAV. */
export async function hum({ text, voiceId, speed }) {
  const seconds = Math.max(0.5, [...text].length / CHARACTERS_PER_SECOND / speed);
  const base = soundsMale(voiceId) ? 115 : 190;
  const samples = new Int16Array(Math.round(seconds * SAMPLE_RATE));
  let turn = 0;
  for (let at = 0; at < samples.length; at++) {
    const second = at / SAMPLE_RATE;
    turn += (base + 28 * Math.sin(2 * Math.PI * 0.7 * second)) / SAMPLE_RATE;
    const syllable = 0.5 + 0.5 * Math.sin(2 * Math.PI * 4 * speed * second);
    const pause = Math.sin(2 * Math.PI * 0.45 * second) > -0.8 ? 1 : 0;
    samples[at] = 9000 * syllable * pause * (Math.sin(2 * Math.PI * turn) + 0.4 * Math.sin(4 * Math.PI * turn));
  }
  return { bytes: wav(samples), type: "audio/wav", extension: "wav", seconds: samples.length / SAMPLE_RATE, note: NOTE };
}

function wav(samples) {
  const bytes = new Uint8Array(44 + samples.length * 2);
  const view = new DataView(bytes.buffer);
  const name = (at, letters) => [...letters].forEach((letter, i) => (bytes[at + i] = letter.charCodeAt(0)));
  name(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  name(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]]) view.setUint16(at, value, true);
  view.setUint32(24, SAMPLE_RATE, true);
  view.setUint32(28, SAMPLE_RATE * 2, true);
  name(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, at) => view.setInt16(44 + at * 2, sample, true));
  return bytes;
}
