const SVG = "http://www.w3.org/2000/svg";

/** An element with properties, attributes, listeners and children. Texts are never markup. */
export function make(name, { attrs = {}, on = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  for (const [attribute, value] of Object.entries(attrs)) element.setAttribute(attribute, value);
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  element.append(...children);
  return element;
}

export const button = (className, words, onClick) =>
  make("button", { type: "button", className, textContent: words, on: { click: onClick } });

export function drawn(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}
