import { createPainter } from "../../tests/sandbox/frames.mjs";
import { follow, loudness } from "../../tests/sandbox/loudness.mjs";
import { encodable, encode } from "./encoder.js";
import { readPicture } from "./picture.js";
import { record } from "./recorder.js";
import { decodeSound, samplesOf } from "./sound.js";

const FRAMES_PER_SECOND = 25;
/** A recorder keeps pace with the clock, so that it has to draw less. */
const MAX_SIDE = { encoder: 720, recorder: 400 };

/** Makes videos one after another, each exactly as long as its voice. */
export function createVideoMaker() {
  let queue = Promise.resolve();
  return ({ image, sound }) => {
    const video = queue.then(() => makeVideo(image, sound));
    queue = video.catch(() => {});
    return video;
  };
}

async function makeVideo(image, soundBytes) {
  const sound = await decodeSound(soundBytes);
  const kind = await encodable();
  const picture = await readPicture(image, kind ? MAX_SIDE.encoder : MAX_SIDE.recorder);
  const count = Math.max(1, Math.round(sound.duration * FRAMES_PER_SECOND));
  const levels = loudness(samplesOf(sound), count);
  const [open, nod] = [follow(levels, 0.72), follow(levels, 0.93)];
  const draw = createPainter(picture, levels, "PREVIEW");
  const frames = { count, width: picture.width, height: picture.height, paint: (at) => draw(at, open[at], nod[at]) };
  const made = kind ? await encode(frames, sound, kind) : await record(frames, sound);
  return { ...made, durationSeconds: sound.duration };
}
