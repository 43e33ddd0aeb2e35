export const byId = (id) => document.getElementById(id);

export function show(element, visible) {
  element.hidden = !visible;
}

/** Calls back at a press. The second one of a double click is none: something else may stand in that place by then. */
export function onPress(element, work) {
  element.addEventListener("click", (event) => event.detail < 2 && work(event));
}

/** An element with text only: what people and services wrote is never markup. */
export function textElement(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

/** Scrolls unless the element is in view already, and without motion where that is asked for. */
export function bringIntoView(element) {
  const box = element.getBoundingClientRect();
  if (box.top >= 0 && box.bottom <= window.innerHeight) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "nearest" });
}

/** A preference is a convenience: a browser that forbids storage works as well. */
export function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Forgotten at the next visit.
  }
}
