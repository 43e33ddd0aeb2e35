import * as format from "./format.js";
import { byId, show } from "./dom.js";
import { MediaField } from "./media-field.js";

export function photoField(check, limits) {
  const thumb = byId("photo-thumb");
  let url = null;

  async function preview(file) {
    show(thumb, false);
    thumb.removeAttribute("src");
    if (url) URL.revokeObjectURL(url);
    url = null;
    if (!file || file.size === 0) return undefined;
    const mine = URL.createObjectURL(file);
    url = mine;
    const seen = await measure(mine);
    if (url !== mine || !seen) return undefined;
    thumb.src = mine;
    show(thumb, true);
    return { ...seen, url: mine };
  }

  return new MediaField({ name: "photo", field: "image", check, limits, preview, facts });
}

/** The size of what the browser can show; nothing for what it cannot. */
async function measure(url) {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
    return { width: image.naturalWidth, height: image.naturalHeight };
  } catch {
    return undefined;
  }
}

function facts(file, report, seen) {
  const { width, height } = seen ?? report ?? {};
  return [report?.format.toUpperCase(), width && format.pixels(width, height), format.bytes(file.size)].filter(Boolean);
}
