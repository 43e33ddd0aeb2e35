// Everything that a caller gets to see, as text, to be searched for ids and for secrets.
import { inspect } from "node:util";

export class Outputs {
  #texts = [];
  #secrets;

  constructor(secrets) {
    this.#secrets = secrets;
  }

  add(name, value) {
    this.#texts.push({ name, text: textOf(value) });
  }

  addError(name, error) {
    const own = Object.getOwnPropertyNames(error ?? {}).map((key) => textOf(error[key])).join("\n");
    this.#texts.push({ name, text: [textOf(error), own, error?.stack, textOf(error?.cause), error?.cause?.stack].join("\n") });
  }

  /** Whether the caller has been told this id. */
  names(id) {
    return this.#texts.some(({ text }) => text.includes(id));
  }

  leaks() {
    return this.#texts.filter(({ text }) => this.#secrets.some((secret) => text.includes(secret))).map(({ name }) => `${name} tells the key or the media`);
  }
}

function textOf(value) {
  let json = "";
  try {
    json = JSON.stringify(value) ?? "";
  } catch {
    // A cycle; inspect shows it.
  }
  return `${json}\n${String(value)}\n${inspect(value, { depth: 8, showHidden: true, maxStringLength: Infinity, maxArrayLength: Infinity, getters: true })}`;
}
