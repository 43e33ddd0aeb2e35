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

const SKIN = { minU: 75, maxU: 128, minV: 133, maxV: 180, minY: 50 };
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
  const faceHeight = Math.min((bottom - top) * 2, faceWidth * 1.35);
  if (faceHeight < faceWidth * 0.6) return usual;
  const row = rows[Math.min(rows.length - 1, Math.round(top + (faceHeight * 0.72) / 2))];
  return { x: row.length ? row.from * 2 + row.length : usual.x, y: top * 2 + faceHeight * 0.74, radius: faceWidth * 0.15 };
}

/** The longest run of skin colour in each row of the half-size planes. @param {Picture} picture */
function skinRows({ width, height, y, u, v }) {
  const halfWidth = width >> 1;
  return Array.from({ length: (height >> 1) * 0.85 | 0 }, (_, row) => {
    let best = { from: 0, length: 0 };
    let from = 0;
    let misses = 0;
    for (let at = 0; at < halfWidth; at++) {
      const chroma = row * halfWidth + at;
      const isSkin = u[chroma] >= SKIN.minU && u[chroma] <= SKIN.maxU && v[chroma] >= SKIN.minV && v[chroma] <= SKIN.maxV && y[row * 2 * width + at * 2] >= SKIN.minY;
      misses = isSkin ? 0 : misses + 1;
      if (misses > halfWidth * 0.04) from = at + 1;
      else if (at - from + 1 - misses > best.length) best = { from, length: at - from + 1 - misses };
    }
    return best;
  });
}
