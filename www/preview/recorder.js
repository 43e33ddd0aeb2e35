import { paintPlanes } from "./picture.js";

const TYPES = ["video/mp4;codecs=avc1.42E01F,mp4a.40.2", "video/mp4", "video/webm;codecs=vp8,opus", "video/webm"];

/** Plays frames and sound into the browser's recorder, for browsers that cannot encode faster than that. */
export async function record({ count, width, height, paint }, sound) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(width, height);
  const show = (at) => {
    paintPlanes(paint(at), image);
    pen.putImageData(image, 0, 0);
  };
  show(0);
  const player = new AudioContext({ sampleRate: sound.sampleRate });
  await player.resume();
  const speaker = player.createMediaStreamDestination();
  const voice = new AudioBufferSourceNode(player, { buffer: sound });
  voice.connect(speaker);
  const stream = new MediaStream([...canvas.captureStream().getVideoTracks(), ...speaker.stream.getAudioTracks()]);
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 1_500_000 });
  try {
    const blob = await recorded(recorder, voice, (seconds) => show(Math.min(count - 1, Math.floor((seconds / sound.duration) * count))), player);
    return { bytes: new Uint8Array(await blob.arrayBuffer()), type: blob.type.split(";")[0] };
  } finally {
    for (const track of stream.getTracks()) track.stop();
    await player.close();
  }
}

function recorded(recorder, voice, show, player) {
  const pieces = [];
  return new Promise((resolve, reject) => {
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.onerror = ({ error }) => reject(error ?? new Error("The browser's recorder failed."));
    recorder.onstop = () => resolve(new Blob(pieces, { type: recorder.mimeType }));
    let begun;
    const ticking = setInterval(() => show(player.currentTime - begun), 40);
    voice.onended = () => {
      clearInterval(ticking);
      recorder.stop();
    };
    recorder.onstart = () => {
      begun = player.currentTime;
      voice.start();
    };
    recorder.start();
  });
}
