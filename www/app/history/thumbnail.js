const SIDE = 192;

/** A small square JPEG of a photo, cut where faces usually are; nothing where it cannot be drawn. */
export async function thumbnail(photo) {
  try {
    const image = await createImageBitmap(photo);
    const side = Math.min(image.width, image.height);
    const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
    const [left, top] = [(image.width - side) / 2, (image.height - side) * 0.2];
    canvas.getContext("2d").drawImage(image, left, top, side, side, 0, 0, SIDE, SIDE);
    image.close();
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));
  } catch {
    return null;
  }
}
