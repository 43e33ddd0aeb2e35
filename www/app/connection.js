import { byId, show } from "./dom.js";
import { onLanguage, t } from "./i18n.js";

const SANDBOX_KEY = "sk-sandbox-demo";

// Someone is watching: better an early word and a button to try again than minutes of silence.
const RETRY = { maxDelayMs: 4000 };
const SANDBOX_RETRY = { minDelayMs: 200, maxDelayMs: 500 };
const SANDBOX_POLL = { maxIntervalMs: 1000 };

/** Where videos are made. The key lives in its input and nowhere else. */
export class Connection extends EventTarget {
  kind = "sandbox";
  #sandboxUrl = null;
  #details = byId("connection");
  #key = byId("api-key");
  #gateway = byId("gateway-url");

  constructor() {
    super();
    for (const radio of this.#radios()) {
      radio.addEventListener("change", () => {
        this.#choose(radio.value);
        (radio.value === "key" ? this.#key : radio.value === "gateway" ? this.#gateway : radio).focus();
      });
    }
    for (const input of [this.#key, this.#gateway]) input.addEventListener("input", () => this.#complain(null));
    this.#gateway.addEventListener("change", () => this.dispatchEvent(new Event("change")));
    // Going back to this page must not bring the key back.
    window.addEventListener("pagehide", () => (this.#key.value = ""));
    onLanguage(() => this.#render());
  }

  /** Asks the page's server for its sandbox. A static host has none. */
  async discover() {
    try {
      const answer = await fetch("config.json");
      const { sandboxUrl } = await answer.json();
      this.#sandboxUrl = new URL(sandboxUrl, location.href).href;
    } catch {
      this.#sandboxUrl = null;
      this.#radios().find((radio) => radio.value === "sandbox").disabled = true;
      this.#choose("key");
    }
    this.#render();
  }

  /** The address to name in an example. */
  get address() {
    return this.kind === "sandbox" ? this.#sandboxUrl : this.#gateway.value.trim() || "https://example.com/avatar";
  }

  /** The options of a client, or null after having said what is missing. */
  options() {
    if (this.kind === "sandbox") {
      return {
        apiKey: SANDBOX_KEY,
        baseUrl: this.#sandboxUrl,
        dangerouslyAllowBrowser: true,
        poll: SANDBOX_POLL,
        retry: SANDBOX_RETRY,
      };
    }
    const input = this.kind === "key" ? this.#key : this.#gateway;
    const value = input.value.trim();
    if (value === "") return this.#complain(input, t(`connection.${this.kind}.missing`));
    if (this.kind === "key") return { apiKey: value, dangerouslyAllowBrowser: true, retry: RETRY };
    if (!isWebAddress(value)) return this.#complain(input, t("connection.gateway.invalid"));
    return { gatewayUrl: value, retry: RETRY };
  }

  /** Opens the chooser where something about it has to be changed. */
  reveal() {
    this.#details.open = true;
    const target = { key: this.#key, gateway: this.#gateway }[this.kind] ?? this.#details.querySelector("summary");
    target.focus();
  }

  #radios() {
    return [...document.getElementsByName("connection")];
  }

  #choose(kind) {
    this.kind = kind;
    this.#complain(null);
    this.#render();
    this.dispatchEvent(new Event("change"));
  }

  #complain(input, words = "") {
    for (const each of [this.#key, this.#gateway]) {
      const problem = byId(`${each.id}-problem`);
      problem.textContent = each === input ? words : "";
      show(problem, each === input);
      if (each === input) each.setAttribute("aria-invalid", "true");
      else each.removeAttribute("aria-invalid");
    }
    return null;
  }

  #render() {
    for (const radio of this.#radios()) radio.checked = radio.value === this.kind;
    show(byId("key-panel"), this.kind === "key");
    show(byId("gateway-panel"), this.kind === "gateway");
    byId("connection-name").textContent = t(`connection.${this.kind}.name`);
  }
}

function isWebAddress(value) {
  try {
    return /^https?:$/.test(new URL(value).protocol);
  } catch {
    return false;
  }
}
