import { show } from "../dom.js";
import { t } from "../i18n.js";
import { refusal, stream } from "./capture.js";
import { openDialog } from "./dialog.js";
import { button, make } from "./elements.js";
import { fitPhoto } from "./photo.js";

const WANTED = { video: { facingMode: "user", width: { ideal: 1920 }, height: { ideal: 1440 } } };

/** Takes a photo with the camera, and goes on to what of it is kept. */
export async function takePhoto(field, limits) {
  const video = make("video", {
    className: "fit-camera", muted: true, playsInline: true, hidden: true, attrs: { "aria-label": t("fit.camera.picture") },
  });
  const said = make("p", { className: "fit-opening", textContent: t("fit.camera.opening"), attrs: { role: "status" } });
  const take = button("primary", t("fit.camera.take"), () => photo());
  const cancel = button("quiet", t("fit.cancel"), () => view.close());
  take.disabled = true;
  const view = await openDialog("camera", t("fit.camera.title"), said, video,
    make("div", { className: "fit-actions" }, cancel, take));
  try {
    video.srcObject = await stream(WANTED, view.signal);
    await video.play();
    show(video, true);
    show(said, false);
    take.disabled = false;
    take.focus();
  } catch (error) {
    if (!view.signal.aborted) said.textContent = refusal("camera", error);
  }

  async function photo() {
    take.disabled = true;
    const canvas = make("canvas", { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95));
    const source = new File([blob], `${t("fit.camera.name")}.jpg`, { type: "image/jpeg" });
    view.close();
    await fitPhoto(field, limits, { source, captured: true });
  }
}
