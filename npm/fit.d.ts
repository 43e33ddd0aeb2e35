// The public types of kling-avatar/fit. Written by hand.

import type { LimitOverrides } from "./index.js";

export { AvatarError } from "./index.js";

/** A part of a picture in pixels, counted in the picture as it is seen: upright, and after `rotate`. */
export interface Crop {
  /** From the left. */
  x: number;
  /** From the top. */
  y: number;
  /** How wide it is. */
  width: number;
  /** How high it is. */
  height: number;
}

/** What {@link decodeImage} takes beside the file. */
export interface DecodeImageOptions {
  /** Degrees to turn the picture clockwise by, from what is upright by its own words. Default 0. */
  rotate?: 0 | 90 | 180 | 270 | undefined;
  /** Ends the call at once. */
  signal?: AbortSignal | undefined;
}

/** What {@link fitImage} takes beside the file. */
export interface FitImageOptions extends DecodeImageOptions {
  /** What to keep. Default: {@link suggestCrop}, which is all of it where the aspect ratio is allowed. */
  crop?: Crop | undefined;
  /** Replaces single limits, as for a client. */
  limits?: LimitOverrides | undefined;
  /** Scales up what has too few pixels, which adds no detail. Default `false`: such a picture is refused. */
  enlarge?: boolean | undefined;
  /** What to write. Default `image/jpeg`. */
  type?: "image/jpeg" | "image/png" | undefined;
  /** How good a JPEG is at first, 0 to 1. Default 0.92; it is lowered as far as `limits.imageMaxBytes` needs. */
  quality?: number | undefined;
  /** The CSS colour behind a transparent picture in a JPEG. Default white. */
  background?: string | undefined;
}

/** A photo that the service takes. */
export interface FittedImage {
  /** The new file, without metadata such as place and camera; the one given where `changed` is empty. */
  file: File;
  /** Pixels of the file. */
  width: number;
  /** Pixels of the file. */
  height: number;
  /** What was kept. */
  crop: Crop;
  /** All that differs from the file given. */
  changed: ImageChange[];
}

/** A way in which a fitted photo differs. `compressed`: written anew in the same format. */
export type ImageChange = "rotated" | "cropped" | "scaled_down" | "scaled_up" | "converted" | "compressed";

/**
 * Makes a photo that the service takes, from any that the browser can decode: turns it upright, cuts it, scales it, and
 * writes it as JPEG. A photo that is taken as it is comes back untouched, unless `crop`, `rotate` or `type` ask for more.
 * A picture from {@link decodeImage} saves decoding it for each new crop; it is not closed.
 *
 * @throws {AvatarError} `invalid_input` with one of `problems`: `unsupported_type`, `empty`, `unsupported_format` (this
 * browser cannot decode it; the message says which can), `corrupt`, `too_small_dimensions`, `aspect_ratio`, `too_large`,
 * `invalid_value`; `aborted`; `configuration` outside of browsers
 */
export function fitImage(source: Blob | ImageBitmap, options?: FitImageOptions): Promise<FittedImage>;

/**
 * Decodes a photo as it is meant to be seen. Close the picture when it is not needed any longer.
 *
 * @throws {AvatarError} As {@link fitImage}
 */
export function decodeImage(file: Blob, options?: DecodeImageOptions): Promise<ImageBitmap>;

/** The largest part whose aspect ratio is allowed: from the middle, of a tall picture rather from the top. */
export function suggestCrop(picture: { width: number; height: number }, limits?: LimitOverrides): Crop;

/** The EXIF orientation of a JPEG or a PNG, 1 to 8. Where it is not 1, what shows the file without heeding it shows it turned. */
export function imageOrientation(file: Blob): Promise<number>;

/** What {@link fitSound} takes beside the file. */
export interface FitSoundOptions {
  /** Where the part to keep begins, in seconds. Default 0. */
  start?: number | undefined;
  /** Where it ends, in seconds. Default: the end of the sound, or `limits.audioMaxSeconds` after `start`. */
  end?: number | undefined;
  /** Replaces single limits, as for a client. */
  limits?: LimitOverrides | undefined;
  /** Adds silence at the end of what is too short. Default `false`: such a sound is refused. */
  pad?: boolean | undefined;
  /** Ends the call at once. */
  signal?: AbortSignal | undefined;
}

/** A clip that the service takes. */
export interface FittedSound {
  /** A mono WAV of 16 bits; the file given where `changed` is empty. */
  file: File;
  /** Of the file. */
  durationSeconds: number;
  /** Of the file: the best rate with which it has no more than `limits.audioMaxBytes`. */
  sampleRate: number;
  /** Of the file. */
  channels: number;
  /** Where in the source the clip begins, in seconds. */
  start: number;
  /** Where in the source the clip ends, in seconds. */
  end: number;
  /** All that differs from the file given. */
  changed: SoundChange[];
}

/** A way in which a fitted clip differs. */
export type SoundChange = "trimmed" | "padded" | "converted";

/**
 * Makes a clip that the service takes, from any sound or video that the browser can decode: cuts it and writes it as WAV.
 * A clip that is taken as it is comes back untouched, unless `start` or `end` ask for more. A sound from
 * {@link decodeSound} saves decoding it for each new part.
 *
 * @throws {AvatarError} `invalid_input` with one of `problems`: `unsupported_type`, `empty`, `unsupported_format` (this
 * browser cannot decode it; the message says which can), `corrupt`, `too_short`, `too_long`, `too_large`,
 * `invalid_value`; `aborted`; `configuration` in workers and outside of browsers
 */
export function fitSound(source: Blob | DecodedSound, options?: FitSoundOptions): Promise<FittedSound>;

/**
 * Decodes a sound, or that of a video, to mono. Browsers decode the whole of it to 4 bytes a sample, so that long sounds
 * are decoded at a lower rate, and files over 512 MB or longer than about 70 minutes are refused.
 *
 * @throws {AvatarError} As {@link fitSound}
 */
export function decodeSound(file: Blob, options?: { signal?: AbortSignal | undefined }): Promise<DecodedSound>;

/** A sound in memory. */
export interface DecodedSound {
  /** How long it lasts. */
  readonly durationSeconds: number;
  /** The rate it was decoded at. */
  readonly sampleRate: number;
  /** How many channels the file has. */
  readonly channels: number;
  /** The samples, mono: the mix of all channels, or the loudest alone where they would cancel each other out. */
  readonly buffer: AudioBuffer;
  /** The file it was decoded from. */
  readonly file: Blob;
  /** How loud it gets in each of `count` equal stretches, 0 to 1: a waveform. */
  peaks(count: number): Float32Array;
}
