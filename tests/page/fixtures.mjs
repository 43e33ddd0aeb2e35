// Files made in the test, so that every byte of them is known.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { wav as wavOf } from "../sandbox/fixtures.mjs";

const SAMPLES = new URL("../../www/samples/", import.meta.url);

export const sample = (name) => readFile(new URL(name, SAMPLES));
export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** A file as Playwright takes it. */
export const file = (name, mimeType, buffer) => ({ name, mimeType, buffer });

/** A mono 16-bit WAV with a tone. */
export function wav(seconds, rate = 16_000) {
  return Buffer.from(wavOf(seconds, { rate, sample: (second) => 0.28 * Math.sin((second * rate) / 12) }));
}

export const voice = (seconds = 2.5) => file("voice.wav", "audio/wav", wav(seconds));

/** A picture drawn and encoded by the browser. */
export async function picture(page, width, height, type = "image/png") {
  const base64 = await page.evaluate(([width, height, type]) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#4a8";
    pen.fillRect(0, 0, width, height);
    return canvas.toDataURL(type).split(",")[1];
  }, [width, height, type]);
  return Buffer.from(base64, "base64");
}
