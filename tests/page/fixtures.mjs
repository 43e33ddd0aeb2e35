// Files made in the test, so that every byte of them is known.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

const SAMPLES = new URL("../../www/samples/", import.meta.url);

export const sample = (name) => readFile(new URL(name, SAMPLES));
export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** A file as Playwright takes it. */
export const file = (name, mimeType, buffer) => ({ name, mimeType, buffer });

/** A mono 16-bit WAV with a tone. */
export function wav(seconds, sampleRate = 16_000) {
  const samples = Math.round(seconds * sampleRate);
  const bytes = Buffer.alloc(44 + samples * 2);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++) bytes.writeInt16LE(Math.round(9000 * Math.sin(i / 12)), 44 + i * 2);
  return bytes;
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
