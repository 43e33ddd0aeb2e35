import { guessMouth } from "./face.mjs";
import { drawMark, prepareStrip } from "./strip.mjs";

/**
 * @typedef {import("./face.mjs").Picture} Picture
 * @typedef {import("./face.mjs").Mouth} Mouth
 *
 * How far each pixel of a part of a plane is pulled down, at most, by the nod and by the jaw.
 * @typedef {object} Warp
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {Float32Array} nod
 * @property {Float32Array} jaw
 *
 * @typedef {object} Plane
 * @property {Uint8Array} source
 * @property {Uint8Array} target
 * @property {number} stride
 * @property {1 | 2} scale pixels of the picture per pixel of the plane
 * @property {Warp} warp
 * @property {number} inside the colour of the open mouth
 */

/**
 * Makes a painter of frames: the head nods and its mouth opens with the voice, over a strip with the waveform.
 * @param {Picture} picture @param {Float32Array} levels of each frame @param {string} mark written into the corner
 * @returns {(at: number, open: number, nod: number) => Uint8Array} paints frame `at`; both amounts are 0 to 1
 */
export function createPainter(picture, levels, mark) {
  const { width, height } = picture;
  const mouth = guessMouth(picture);
  const base = { width, height, y: picture.y.slice(), u: picture.u.slice(), v: picture.v.slice() };
  drawMark(base, mark);
  const strip = prepareStrip(base, levels);
  const frame = new Uint8Array((width * height * 3) / 2);
  const planes = makePlanes(base, frame, mouth, strip.top);

  return (at, open, nod) => {
    strip.paint(at);
    for (const plane of planes) {
      plane.target.set(plane.source);
      pull(plane, open, nod);
      if (open > 0.05) openMouth(plane, mouth, open, nod);
    }
    return frame;
  };
}

/** @param {Picture} base @param {Uint8Array} frame @param {Mouth} mouth @param {number} stripTop @returns {Plane[]} */
function makePlanes({ width, height, y, u, v }, frame, mouth, stripTop) {
  const [luma, chroma] = [width * height, (width * height) >> 2];
  const [full, half] = [makeWarp(mouth, width, stripTop, 1), makeWarp(mouth, width, stripTop, 2)];
  return [
    { source: y, target: frame.subarray(0, luma), stride: width, scale: 1, warp: full, inside: 38 },
    { source: u, target: frame.subarray(luma, luma + chroma), stride: width >> 1, scale: 2, warp: half, inside: 120 },
    { source: v, target: frame.subarray(luma + chroma), stride: width >> 1, scale: 2, warp: half, inside: 150 },
  ];
}

/** @param {Mouth} mouth @param {number} pictureWidth @param {number} bottom rows from here on stay @param {1 | 2} scale @returns {Warp} */
function makeWarp(mouth, pictureWidth, bottom, scale) {
  const reach = mouth.radius * 4.2;
  const left = Math.max(0, Math.floor((mouth.x - reach) / scale));
  const right = Math.min(pictureWidth / scale, Math.ceil((mouth.x + reach) / scale));
  const top = Math.max(0, Math.floor((mouth.y - reach * 1.5) / scale));
  const end = Math.min(Math.floor(bottom / scale) - 1, Math.ceil((mouth.y + reach * 0.9) / scale));
  const [width, height] = [Math.max(0, right - left), Math.max(0, end - top)];
  const warp = { left, top, width, height, nod: new Float32Array(width * height), jaw: new Float32Array(width * height) };
  for (let row = 0, at = 0; row < height; row++) {
    const reachPx = (mouth.radius / scale) * edge(row, height);
    for (let column = 0; column < width; column++, at++) {
      const dx = ((left + column) * scale - mouth.x) / mouth.radius;
      const dy = ((top + row) * scale - mouth.y) / mouth.radius;
      warp.nod[at] = 0.22 * bump(Math.hypot(dx / 4.2, (dy + 1.2) / 5)) * reachPx;
      warp.jaw[at] = jaw(dx, dy) * reachPx;
    }
  }
  return warp;
}

/** Below the lips all goes down, above them a little up. @param {number} dx @param {number} dy in mouth radii */
function jaw(dx, dy) {
  return dy < 0 ? -0.14 * bump(Math.hypot(dx / 1.3, dy / 1.1)) : 0.55 * bump(Math.hypot(dx / 1.9, dy / 2.9));
}

/** 1 in the middle, smoothly 0 from distance 1 on. @param {number} distance */
function bump(distance) {
  return distance >= 1 ? 0 : (1 - distance * distance) ** 2;
}

/** Fades out towards the first and last row. @param {number} row @param {number} height */
function edge(row, height) {
  return Math.min(1, Math.min(row, height - 1 - row) / 24);
}

/** @param {Plane} plane @param {number} open @param {number} nod */
function pull({ source, target, stride, warp }, open, nod) {
  for (let row = 0, at = 0; row < warp.height; row++) {
    const offset = (warp.top + row) * stride + warp.left;
    for (let column = 0; column < warp.width; column++, at++) {
      const from = row - nod * warp.nod[at] - open * warp.jaw[at];
      const above = Math.floor(from);
      const share = from - above;
      const near = (warp.top + above) * stride + warp.left + column;
      target[offset + column] = source[near] * (1 - share) + source[near + stride] * share + 0.5;
    }
  }
}

/** Draws the dark of the open mouth. @param {Plane} plane @param {Mouth} mouth @param {number} open @param {number} nod */
function openMouth({ target, stride, scale, warp, inside }, mouth, open, nod) {
  const halfWidth = (mouth.radius * (0.78 - 0.16 * open)) / scale;
  const halfHeight = (mouth.radius * (0.04 + 0.4 * open)) / scale;
  const x = mouth.x / scale;
  const y = (mouth.y + mouth.radius * (0.2 * open + 0.2 * nod)) / scale;
  const bottom = Math.min(warp.top + warp.height - 1, Math.ceil(y + halfHeight));
  for (let row = Math.max(0, Math.floor(y - halfHeight)); row <= bottom; row++) {
    for (let column = Math.max(0, Math.floor(x - halfWidth)); column <= Math.min(stride - 1, x + halfWidth); column++) {
      const distance = Math.hypot((column - x) / halfWidth, (row - y) / halfHeight);
      const cover = Math.min(1, Math.max(0, (1 - distance) * 5));
      const at = row * stride + column;
      target[at] = target[at] * (1 - cover) + inside * cover + 0.5;
    }
  }
}
