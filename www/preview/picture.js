/** Reads a photo as the planes of a video frame (BT.709, limited range), upright, on white, with even sides. */
export async function readPicture(bytes, maxSide) {
  const image = await createImageBitmap(new Blob([bytes]));
  const scale = Math.min(1, maxSide / Math.max(image.width, image.height));
  const [width, height] = [even(image.width * scale), even(image.height * scale)];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.drawImage(image, 0, 0, width, height);
  image.close();
  return toPlanes(pen.getImageData(0, 0, width, height));
}

const even = (side) => Math.max(2, Math.round(side / 2) * 2);

function toPlanes({ data, width, height }) {
  const y = new Uint8Array(width * height);
  const [u, v] = [new Uint8Array(y.length / 4), new Uint8Array(y.length / 4)];
  for (let at = 0; at < y.length; at++) {
    const [r, g, b] = [data[at * 4], data[at * 4 + 1], data[at * 4 + 2]];
    y[at] = 16.5 + 0.1826 * r + 0.6142 * g + 0.062 * b;
  }
  for (let row = 0, at = 0; row < height; row += 2) {
    for (let column = 0; column < width; column += 2, at++) {
      const [r, g, b] = [0, 1, 2].map((channel) => meanOfFour(data, (row * width + column) * 4 + channel, width * 4));
      u[at] = 128.5 - 0.1006 * r - 0.3386 * g + 0.4392 * b;
      v[at] = 128.5 + 0.4392 * r - 0.3989 * g - 0.0403 * b;
    }
  }
  return { width, height, y, u, v };
}

const meanOfFour = (data, at, stride) => (data[at] + data[at + 4] + data[at + stride] + data[at + stride + 4]) / 4;

/** The same the other way round, for a canvas. `frame` holds the three planes one after another. */
export function paintPlanes(frame, { data, width, height }) {
  const [uAt, vAt] = [width * height, width * height * 1.25];
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const half = (row >> 1) * (width >> 1) + (column >> 1);
      const [y, u, v] = [1.1644 * (frame[at] - 16), frame[uAt + half] - 128, frame[vAt + half] - 128];
      data[at * 4] = y + 1.7927 * v;
      data[at * 4 + 1] = y - 0.2132 * u - 0.5329 * v;
      data[at * 4 + 2] = y + 2.1124 * u;
      data[at * 4 + 3] = 255;
    }
  }
}
