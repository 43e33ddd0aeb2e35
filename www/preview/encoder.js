import {
  AudioBufferSource, BufferTarget, Mp4OutputFormat, Output, VideoSample, VideoSampleSource, canEncodeAudio, canEncodeVideo,
} from "mediabunny";

const PICTURE = { bitrate: 1_500_000, keyFrameInterval: 2 };
const SOUND = { bitrate: 96_000 };
const COLOURS = { primaries: "bt709", transfer: "bt709", matrix: "bt709", fullRange: false };

/** The browser's encoders that fit into an MP4, the most widely played first; nothing where one of the two is missing. */
export async function encoders() {
  if (typeof VideoEncoder === "undefined" || typeof AudioEncoder === "undefined") return undefined;
  const video = await first(["avc", "vp9"], (codec) => canEncodeVideo(codec, { width: 720, height: 720, ...PICTURE }));
  const audio = await first(["aac", "opus"], (codec) => canEncodeAudio(codec, { numberOfChannels: 1, sampleRate: 48_000, ...SOUND }));
  return video && audio && { video, audio };
}

async function first(codecs, can) {
  for (const codec of codecs) if (await can(codec)) return codec;
  return undefined;
}

/** Encodes frames and sound as fast as the browser can. */
export async function encode({ count, width, height, paint }, sound, codecs) {
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: "in-memory" }), target: new BufferTarget() });
  const pictures = new VideoSampleSource({ codec: codecs.video, ...PICTURE });
  const voice = new AudioBufferSource({ codec: codecs.audio, ...SOUND });
  output.addVideoTrack(pictures);
  output.addAudioTrack(voice);
  await output.start();
  await voice.add(sound);
  // The frame rate is bent by less than a frame over the whole, so that picture and voice end together.
  const duration = sound.duration / count;
  for (let at = 0; at < count; at++) {
    const place = { codedWidth: width, codedHeight: height, timestamp: at * duration, duration, colorSpace: COLOURS };
    const sample = new VideoSample(paint(at), { format: "I420", ...place });
    await pictures.add(sample);
    sample.close();
    await breathe();
  }
  await output.finalize();
  return { bytes: new Uint8Array(output.target.buffer), type: "video/mp4" };
}

/** Lets the page answer between two frames. A timer would be slowed down to one frame a second in a tab that is not seen. */
function breathe() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
