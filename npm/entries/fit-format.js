// What a file is, by its first bytes: to name it where the browser cannot decode it.
import { bytesOf } from "./fit-refusal.js";

const at = (bytes, offset, text) => [...text].every((letter, i) => bytes[offset + i] === letter.charCodeAt(0));
const brand = (bytes, ...names) => at(bytes, 4, "ftyp") && names.some((name) => at(bytes, 8, name));

/** `everywhere`: what every browser decodes, so that a failure is the file's. */
const IMAGES = [
  { name: "JPEG", type: "image/jpeg", everywhere: true, is: (b) => at(b, 0, "\xff\xd8\xff") },
  { name: "PNG", type: "image/png", everywhere: true, is: (b) => at(b, 0, "\x89PNG\r\n\x1a\n") },
  { name: "GIF", everywhere: true, is: (b) => at(b, 0, "GIF8") },
  { name: "WebP", everywhere: true, is: (b) => at(b, 0, "RIFF") && at(b, 8, "WEBP") },
  { name: "BMP", everywhere: true, is: (b) => at(b, 0, "BM") },
  { name: "AVIF", where: "Browsers of 2024 and newer do.", is: (b) => brand(b, "avif", "avis") },
  { name: "HEIC", where: "Safari 17 and newer does.", is: (b) => brand(b, "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1") },
  { name: "JPEG XL", where: "Safari 17 and newer does.", is: (b) => at(b, 0, "\xff\x0a") || at(b, 0, "\0\0\0\x0cJXL ") },
  { name: "TIFF", where: "Safari does.", is: (b) => at(b, 0, "II*\0") || at(b, 0, "MM\0*") },
  { name: "PDF", is: (b) => at(b, 0, "%PDF") },
];

const SOUNDS = [
  { name: "WAV", accepted: true, everywhere: true, is: (b) => at(b, 0, "RIFF") && at(b, 8, "WAVE") },
  { name: "MP3", accepted: true, everywhere: true, is: (b) => at(b, 0, "ID3") || (b[0] === 0xff && (b[1] & 0xe6) === 0xe2) },
  { name: "AAC", accepted: true, everywhere: true, is: (b) => b[0] === 0xff && (b[1] & 0xf6) === 0xf0 },
  { name: "M4A", accepted: true, everywhere: true, is: (b) => brand(b, "M4A ") },
  { name: "FLAC", everywhere: true, is: (b) => at(b, 0, "fLaC") },
  { name: "Ogg", where: "Chrome, Firefox, and Safari 18.4 and newer do.", is: (b) => at(b, 0, "OggS") },
  { name: "WebM or Matroska", where: "Chrome and Firefox decode most of them.", is: (b) => at(b, 0, "\x1aE\xdf\xa3") },
  { name: "MP4 or QuickTime", where: "It may have no sound, or one of a rare kind.", is: (b) => at(b, 4, "ftyp") || at(b, 4, "moov") || at(b, 4, "mdat") },
  { name: "AIFF", where: "Safari does.", is: (b) => at(b, 0, "FORM") && at(b, 8, "AIF") },
  { name: "CAF", where: "Safari does.", is: (b) => at(b, 0, "caff") },
  { name: "AMR", is: (b) => at(b, 0, "#!AMR") },
  { name: "Windows Media", is: (b) => at(b, 0, "\x30\x26\xb2\x75") },
  { name: "MIDI", is: (b) => at(b, 0, "MThd") },
];

const LISTS = { image: IMAGES, soundFile: SOUNDS };

/** The format of a file as one of the lists above names it; undefined for what none of them knows. */
export async function formatOf(field, file) {
  const bytes = new Uint8Array(await bytesOf(field, file.slice(0, 16)));
  return LISTS[field].find(({ is }) => is(bytes));
}
