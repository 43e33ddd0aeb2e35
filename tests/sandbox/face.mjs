/**
 * @typedef {object} Picture a frame in planes, 4:2:0
 * @property {number} width even
 * @property {number} height even
 * @property {Uint8Array} y
 * @property {Uint8Array} u
 * @property {Uint8Array} v
 *
 * @typedef {{ x: number, y: number, radius: number }} Mouth its centre, and half of its width, in pixels
 */

/** Skin of any tone is redder than blue by at least this much; most walls and clothes are not. */
const SKIN = { minDifference: 38, maxV: 182, minY: 50 };
/** Where the mouth of a portrait usually is, as parts of the picture. */
const USUAL = { x: 0.5, y: 0.52, radius: 0.085 };

/**
 * Guesses where the mouth is: in the lower part of the widest run of skin colour, or where it usually is.
 * @param {Picture} picture @returns {Mouth}
 */
export function guessMouth(picture) {
  const { width, height } = picture;
  const usual = { x: width * USUAL.x, y: height * USUAL.y, radius: Math.min(width, height) * USUAL.radius };
  const rows = skinRows(picture);
  const widest = rows.reduce((best, row, at) => (row.length > rows[best].length ? at : best), 0);
  if (rows[widest].length * 2 < width * 0.15) return usual;
  const enough = rows[widest].length * 0.45;
  let top = widest;
  let bottom = widest;
  while (top > 0 && rows[top - 1].length >= enough) top--;
  while (bottom < rows.length - 1 && rows[bottom + 1].length >= enough) bottom++;
  const faceWidth = rows[widest].length * 2;
  const faceHeight = Math.min((bottom - top) * 2, faceWidth * 1.42);
  if (faceHeight < faceWidth * 0.6) return usual;
  const row = rows[Math.min(rows.length - 1, Math.round(top + (faceHeight * 0.75) / 2))];
  return { x: row.length ? row.from * 2 + row.length : usual.x, y: top * 2 + faceHeight * 0.78, radius: faceWidth * 0.165 };
}

/** The longest run of skin colour in each row of the half-size planes; a run to the border is background. @param {Picture} picture */
function skinRows(picture) {
  const halfWidth = picture.width >> 1;
  return Array.from({ length: (picture.height >> 1) * 0.85 | 0 }, (_, row) => {
    let best = { from: 0, length: 0 };
    let from = 0;
    let misses = 0;
    for (let at = 0; at <= halfWidth; at++) {
      const isSkin = at < halfWidth && isSkinColour(picture, row, at);
      misses = isSkin ? 0 : misses + 1;
      if (misses > halfWidth * 0.04) from = at + 1;
      else if (from > 0 && at < halfWidth && at - from + 1 - misses > best.length) best = { from, length: at - from + 1 - misses };
    }
    return best.from + best.length >= halfWidth - 1 ? { from: 0, length: 0 } : best;
  });
}

/** @param {Picture} picture @param {number} row @param {number} column of the half-size planes */
function isSkinColour({ width, y, u, v }, row, column) {
  const at = row * (width >> 1) + column;
  return v[at] - u[at] >= SKIN.minDifference && v[at] <= SKIN.maxV && y[row * 2 * width + column * 2] >= SKIN.minY;
}
