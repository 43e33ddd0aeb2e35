// Where a frame may be, in whole pixels of the picture. `rules`: the picture's `width` and `height`, the `least` side and
// the greatest `ratio` of the sides.

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export function moved(frame, dx, dy, { width, height }) {
  const x = clamp(Math.round(frame.x + dx), 0, width - frame.width);
  const y = clamp(Math.round(frame.y + dy), 0, height - frame.height);
  return { ...frame, x, y };
}

/**
 * Moves one corner, named by the sides that it belongs to: `{ left, top }` is the upper left one. The opposite corner
 * stays where it is.
 */
export function resized(frame, { left = false, top = false }, dx, dy, rules) {
  const right = frame.x + frame.width;
  const bottom = frame.y + frame.height;
  const room = { width: left ? right : rules.width - frame.x, height: top ? bottom : rules.height - frame.y };
  const size = allowed(frame.width + (left ? -dx : dx), frame.height + (top ? -dy : dy), room, rules);
  return { x: left ? right - size.width : frame.x, y: top ? bottom - size.height : frame.y, ...size };
}

function allowed(width, height, room, { least, ratio }) {
  const w = clamp(Math.round(width), Math.min(least, room.width), room.width);
  const h = clamp(Math.round(height), Math.min(least, room.height), room.height);
  return { width: Math.min(w, Math.floor(h * ratio)), height: Math.min(h, Math.floor(w * ratio)) };
}

/** A frame of these numbers, as near to them as is allowed. */
export function placed({ x, y, width, height }, rules) {
  const size = allowed(width, height, rules, rules);
  return moved({ x, y, ...size }, 0, 0, rules);
}

/** No frame can be larger than its picture: of a small one it is made up to the least side afterwards. */
export const rulesFor = ({ width, height }, { imageMinSidePixels, imageMaxAspectRatio: ratio }) =>
  ({ width, height, ratio, least: Math.min(imageMinSidePixels, width, height) });
