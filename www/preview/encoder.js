import {
  AudioBufferSource, BufferTarget, Mp4OutputFormat, Output, VideoSample, VideoSampleSource, WebMOutputFormat, canEncodeAudio, canEncodeVideo,
} from "mediabunny";

const PICTURE = { bitrate: 1_500_000, keyFrameInterval: 2 };
const SOUND = { bitrate: 96_000 };
const COLOURS = { primaries: "bt709", transfer: "bt709", matrix: "bt709", fullRange: false };

/** Files that browsers can make and play, the most widely played first. */
const KINDS = [
  { video: "avc", audio: "aac", type: "video/mp4", codecs: "avc1.42001f,mp4a.40.2" },
  { video: "avc", audio: "opus", type: "video/mp4", codecs: "avc1.42001f,opus" },
  { video: "vp9", audio: "opus", type: "video/webm", codecs: "vp9,opus" },
  { video: "vp8", audio: "opus", type: "video/webm", codecs: "vp8,opus" },
];

/** The first kind that this browser can make and play; nothing where there is none. */
export async function encodable() {
  if (typeof VideoEncoder === "undefined" || typeof AudioEncoder === "undefined") return undefined;
  const player = document.createElement("video");
  for (const kind of KINDS) {
    if (!player.canPlayType(`${kind.type}; codecs="${kind.codecs}"`)) continue;
    const canPicture = await canEncodeVideo(kind.video, { width: 720, height: 720, ...PICTURE });
    if (canPicture && (await canEncodeAudio(kind.audio, { numberOfChannels: 1, sampleRate: 48_000, ...SOUND }))) return kind;
  }
  return undefined;
}

/** Encodes frames and sound as fast as the browser can. */
export async function encode({ count, width, height, paint }, sound, kind) {
  const format = kind.type === "video/mp4" ? new Mp4OutputFormat({ fastStart: "in-memory" }) : new WebMOutputFormat();
  const output = new Output({ format, target: new BufferTarget() });
  const pictures = new VideoSampleSource({ codec: kind.video, ...PICTURE });
  const voice = new AudioBufferSource({ codec: kind.audio, ...SOUND });
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
  return { bytes: new Uint8Array(output.target.buffer), type: kind.type };
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
