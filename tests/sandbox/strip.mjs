/** @typedef {import("./face.mjs").Picture} Picture */

const UNPLAYED = [96, 132, 124];
const PLAYED = [205, 112, 148];
const LETTERS = {
  S: "01111 10000 10000 01110 00001 00001 11110",
  P: "11110 10001 10001 11110 10000 10000 10000",
  R: "11110 10001 10001 11110 10100 10010 10001",
  E: "11111 10000 10000 11110 10000 10000 11111",
  V: "10001 10001 10001 10001 10001 01010 00100",
  I: "01110 00100 00100 00100 00100 00100 01110",
  W: "10001 10001 10001 10101 10101 11011 10001",
  A: "01110 10001 10001 11111 10001 10001 10001",
  N: "10001 11001 10101 10101 10011 10001 10001",
  D: "11110 10001 10001 10001 10001 10001 11110",
  B: "11110 10001 10001 11110 10001 10001 11110",
  O: "01110 10001 10001 10001 10001 10001 01110",
  X: "10001 10001 01010 00100 01010 10001 10001",
};

/**
 * Darkens the foot of the picture and draws the whole voice there; playing it paints over it bar by bar.
 * @param {Picture} base @param {Float32Array} levels of each frame
 */
export function prepareStrip(base, levels) {
  const height = even(Math.max(28, base.height * 0.11));
  const top = base.height - height;
  darken(base, top);
  const pitch = Math.max(4, even(base.width / 96));
  const bars = Math.max(1, Math.floor((base.width - pitch * 2) / pitch));
  const heights = Array.from({ length: bars }, (_, bar) => barHeight(levels, bar, bars, height));
  const draw = (/** @type {number} */ bar, /** @type {number[]} */ colour) =>
    fill(base, pitch + bar * pitch, even(top + (height - heights[bar]) / 2), Math.max(2, even(pitch * 0.6)), heights[bar], colour);
  for (let bar = 0; bar < bars; bar++) draw(bar, UNPLAYED);
  let played = 0;
  return {
    top,
    /** @param {number} at frame number */
    paint(at) {
      const until = Math.ceil(((at + 1) / levels.length) * bars);
      while (played < until) draw(played++, PLAYED);
    },
  };
}

/** @param {Float32Array} levels @param {number} bar @param {number} bars @param {number} stripHeight */
function barHeight(levels, bar, bars, stripHeight) {
  const from = Math.floor((bar * levels.length) / bars);
  const to = Math.max(from + 1, Math.floor(((bar + 1) * levels.length) / bars));
  const level = levels.subarray(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
  return Math.max(2, even(level * stripHeight * 0.8));
}

/** @param {Picture} picture @param {number} top */
function darken({ width, height, y, u, v }, top) {
  for (let at = top * width; at < width * height; at++) y[at] = 16 + (y[at] - 16) * 0.3;
  for (let at = (top >> 1) * (width >> 1); at < (width * height) >> 2; at++) {
    u[at] = 128 + (u[at] - 128) * 0.35;
    v[at] = 128 + (v[at] - 128) * 0.35;
  }
}

/** @param {Picture} picture @param {number} left even @param {number} top even @param {number} wide @param {number} high @param {number[]} colour */
function fill({ width, y, u, v }, left, top, wide, high, [luma, blue, red]) {
  for (let row = top; row < top + high; row++) y.fill(luma, row * width + left, row * width + left + wide);
  const stride = width >> 1;
  for (let row = top >> 1; row < (top + high) >> 1; row++) {
    u.fill(blue, row * stride + (left >> 1), row * stride + ((left + wide) >> 1));
    v.fill(red, row * stride + (left >> 1), row * stride + ((left + wide) >> 1));
  }
}

/** Writes a word into the upper left corner, so that nobody takes the video for the service's. @param {Picture} picture @param {string} word */
export function drawMark(picture, word) {
  const { width, height, y } = picture;
  const dot = Math.max(1, Math.round(Math.min(width, height) / 260));
  [...word].forEach((letter, place) => {
    /** @type {Record<string, string>} */ (LETTERS)[letter].split(" ").forEach((line, row) => {
      [...line].forEach((cell, column) => {
        if (cell === "0") return;
        const left = dot * (4 + place * 6 + column);
        const top = dot * (4 + row);
        for (let line = top; line < top + dot; line++) {
          for (let at = line * width + left; at < line * width + left + dot; at++) y[at] = y[at] > 140 ? y[at] * 0.45 : 90 + y[at] * 0.65;
        }
      });
    });
  });
}

/** @param {number} value */
function even(value) {
  return Math.round(value / 2) * 2;
}
