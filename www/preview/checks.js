// What the service would check, measured by the browser's own decoders.
import { invalid } from "../../tests/sandbox/fields.mjs";
import { readOrder } from "../../tests/sandbox/order.mjs";
import { decodeSound } from "./sound.js";

export function checkOrder(fields, options) {
  return readOrder(fields, options, { checkImage, checkSound });
}

export async function checkImage(bytes, { limits }) {
  const image = await createImageBitmap(new Blob([bytes])).catch(() => {
    throw invalid("image cannot be read");
  });
  const { width, height } = image;
  image.close();
  if (Math.min(width, height) < limits.minSidePx) throw invalid(`image is ${width} x ${height}`);
  if (Math.max(width, height) > limits.maxRatio * Math.min(width, height)) throw invalid(`image is ${width} x ${height}`);
}

export async function checkSound(bytes, { limits, toleranceSeconds }) {
  const { duration } = await decodeSound(bytes).catch(() => {
    throw invalid("sound_file cannot be read");
  });
  if (duration < limits.minSeconds - toleranceSeconds || duration > limits.maxSeconds + toleranceSeconds) {
    throw invalid(`sound_file lasts ${duration.toFixed(3)} s`);
  }
  return duration;
}
