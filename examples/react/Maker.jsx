"use client";
import { cancel, generate, goOn, useAvatar } from "./avatar";

export default function Maker() {
  const { status, progress, video, error } = useAvatar();
  const isBusy = status === "busy";

  function submit(event) {
    event.preventDefault();
    const { image, voice, prompt } = event.currentTarget.elements;
    generate({ image: image.files[0], soundFile: voice.files[0], prompt: prompt.value });
  }

  return (
    <form onSubmit={submit}>
      <p>
        <label>Photo <input type="file" name="image" accept="image/jpeg,image/png" /></label> <Problem of={error} field="image" />
      </p>
      <p>
        <label>Voice <input type="file" name="voice" accept="audio/*" /></label> <Problem of={error} field="soundFile" />
      </p>
      <p>
        <label>Prompt <input name="prompt" defaultValue="She speaks warmly to the camera" /></label> <Problem of={error} field="prompt" />
      </p>
      <button disabled={isBusy}>Make a video</button>
      {isBusy && <button type="button" onClick={cancel}>Cancel</button>}
      <p role="status">{isBusy && said(progress)}</p>
      {error && !error.problems && <p role="alert">{error.message}</p>}
      {error?.taskId && error.code !== "task_failed" && <button type="button" onClick={() => goOn(error.taskId)}>Go on with it</button>}
      {video && <video src={video.url} controls />}
    </form>
  );
}

function Problem({ of: error, field }) {
  return error?.problems?.filter((each) => each.field === field).map(({ code, message }) => <strong key={code}>{message}</strong>);
}

function said({ phase, loadedBytes, totalBytes } = {}) {
  if (phase === "uploading" && totalBytes > 0) return `Uploading: ${Math.round((100 * loadedBytes) / totalBytes)} %`;
  return phase === "processing" ? "The video is being made" : "A moment";
}
