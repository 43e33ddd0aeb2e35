// What a finished video is judged by. Both functions run in the page.

/** Plays, muted, until ten frames have been put on the screen. */
export async function playFrames(video) {
  video.muted = true;
  let frames = 0;
  const enough = new Promise((resolve) => {
    const count = () => (++frames >= 10 ? resolve() : video.requestVideoFrameCallback(count));
    video.requestVideoFrameCallback(count);
  });
  await video.play();
  await enough;
  const { currentTime, duration, videoWidth: width, videoHeight: height } = video;
  const { totalVideoFrames } = video.getVideoPlaybackQuality();
  return { frames, currentTime, duration, width, height, totalVideoFrames };
}

/** How far the frame on the stage is from the chosen photo, without mouth, mark and strip: 0 is the same, 255 the opposite. */
export function unlikeness() {
  const [photo, video] = [document.getElementById("photo-thumb"), document.getElementById("stage-video")];
  const [width, height] = [64, 80];
  const draw = (source) => {
    const pen = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
    pen.drawImage(source, 0, 0, width, height);
    return pen.getImageData(0, height * 0.1, width, height * 0.3).data;
  };
  const [expected, shown] = [draw(photo), draw(video)];
  return shown.reduce((sum, value, at) => sum + Math.abs(value - expected[at]), 0) / shown.length;
}
