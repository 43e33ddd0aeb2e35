const SAMPLES = { photo: "samples/portrait.jpg", voice: "samples/voice.mp3" };

/** The sample photo and voice as files, as if they had been chosen. */
export async function loadSamples() {
  const [photo, voice] = await Promise.all([load(SAMPLES.photo), load(SAMPLES.voice)]);
  return { photo, voice };
}

async function load(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  const blob = await answer.blob();
  return new File([blob], path.split("/").pop(), { type: blob.type });
}
