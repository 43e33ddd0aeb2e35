import * as format from "./format.js";
import { byId, show } from "./dom.js";
import { t } from "./i18n.js";
import { isWebAddress } from "./stage.js";

/** Saves a finished video. Where it cannot be fetched from a page, offers to open it instead. */
export async function saveVideo(client, video, name) {
  const button = byId("download");
  const label = byId("download-label");
  button.disabled = true;
  label.textContent = t("download.starting");
  try {
    const blob = await client.download(video, {
      onProgress: ({ loadedBytes, totalBytes }) => {
        if (loadedBytes === undefined) return;
        label.textContent = t("download.running", {
          amount: totalBytes > 0 ? format.percent(loadedBytes / totalBytes) : format.bytes(loadedBytes),
        });
      },
    });
    saveBlob(blob, name);
  } catch {
    label.textContent = t("download.do");
    byId("done-note").textContent = t("download.failed");
    if (isWebAddress(video.url)) byId("open-video").href = video.url;
    show(byId("open-video"), isWebAddress(video.url));
  }
  byId("announce").textContent = byId("done-note").textContent;
  button.disabled = false;
}

/** Saves a video that is in this browser already. */
export function saveBlob(blob, mp4Name) {
  const name = blob.type === "video/webm" ? mp4Name.replace(/mp4$/, "webm") : mp4Name;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  byId("download-label").textContent = t("download.done");
  byId("done-note").textContent = t("download.saved", { name, size: format.bytes(blob.size) });
  byId("announce").textContent = byId("done-note").textContent;
}

/** A file name from the photo's: letters and digits of any script, `-` between them. */
export function videoName(photoName = "") {
  const stem = photoName.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  return `${stem || "kling"}-avatar.mp4`;
}
