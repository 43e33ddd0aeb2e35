// The key lives in its input. Only where it is asked for does it stay longer, in the one place that was chosen.
const NAME = "kling-avatar-key";
const PLACES = { tab: () => sessionStorage, device: () => localStorage };

/** Keeps the key as long as was chosen: `memory`, `tab` or `device`. Tells whether the browser let it. */
export function keepKey(key, place) {
  try {
    for (const [name, storage] of Object.entries(PLACES)) {
      if (name === place && key) storage().setItem(NAME, key);
      else storage().removeItem(NAME);
    }
    return true;
  } catch {
    return place === "memory";
  }
}

/** The key of an earlier visit and where it was kept, if it was. */
export function keptKey() {
  for (const [place, storage] of Object.entries(PLACES)) {
    try {
      const key = storage().getItem(NAME);
      if (key) return { key, place };
    } catch {
      // A browser that forbids storage has kept nothing.
    }
  }
  return { key: "", place: "memory" };
}
