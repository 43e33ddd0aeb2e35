import { byId, show } from "./dom.js";
import { onLanguage, t } from "./i18n.js";
import { keepKey, keptKey } from "./keyring.js";

const SANDBOX_KEY = "sk-sandbox-demo";

// Someone is watching: better an early word and a button to try again than minutes of silence.
const RETRY = { maxDelayMs: 4000 };
const SANDBOX_RETRY = { minDelayMs: 200, maxDelayMs: 500 };
const SANDBOX_POLL = { maxIntervalMs: 1000 };
/** How long the page's server may hold the form up. */
const CONFIG_PATIENCE_MS = 5000;
const PREVIEW_POLL = { minIntervalMs: 200, maxIntervalMs: 500 };

/** Where videos are made. The key lives in its input, and longer only where that is asked for. */
export class Connection extends EventTarget {
  kind = "sandbox";
  /** Whether the page's server has been asked yet; until then nothing is said of it. */
  isKnown = false;
  /** Whether the person has chosen, so that a late answer of the page's server does not. */
  #isChosen = false;
  #sandboxUrl = null;
  #preview = null;
  #problem = { input: null, words: "" };
  /** Whether the browser let the key be kept as was asked. */
  #isKept = true;
  #details = byId("connection");
  #key = byId("api-key");
  #gateway = byId("gateway-url");

  constructor() {
    super();
    for (const radio of this.#radios("connection")) {
      radio.addEventListener("change", () => {
        this.#isChosen = true;
        this.choose(radio.value);
        (radio.value === "key" ? this.#key : radio.value === "gateway" ? this.#gateway : radio).focus();
      });
    }
    for (const input of [this.#key, this.#gateway]) input.addEventListener("input", () => this.#complain());
    for (const input of [this.#key, this.#gateway]) input.addEventListener("change", () => this.#changed());
    for (const radio of this.#radios("key-place")) radio.addEventListener("change", () => this.#keep());
    byId("key-forget").addEventListener("click", () => this.#forget());
    this.#recall();
    // Going back to this page must not bring the key back.
    window.addEventListener("pagehide", () => (this.#key.value = ""));
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.#recall());
    onLanguage(() => this.#render());
  }

  /**
   * Asks the page's server for its sandbox and its gateway. A static host has neither: then, and as long as there is no
   * answer, the page makes previews.
   */
  async discover() {
    const learned = readConfig().then((config) => this.#learn(config));
    await Promise.race([learned, new Promise((resolve) => setTimeout(resolve, CONFIG_PATIENCE_MS))]);
    if (!this.isKnown) this.#learn({});
  }

  #learn({ sandboxUrl, gatewayUrl }) {
    this.#sandboxUrl = sandboxUrl ?? null;
    this.isKnown = true;
    if (gatewayUrl) this.#gateway.value ||= gatewayUrl;
    this.choose(this.#isChosen ? this.kind : gatewayUrl ? "gateway" : this.#key.value ? "key" : "sandbox");
  }

  /** Where a video would be made now; this is what a history keeps of it. */
  get origin() {
    if (this.kind === "key") return { kind: "key" };
    if (this.kind === "gateway") return { kind: "gateway", address: this.#gateway.value.trim() };
    return this.#sandboxUrl ? { kind: "sandbox", address: this.#sandboxUrl } : { kind: "sandbox", inPage: true };
  }

  /** The address to name in an example. */
  get address() {
    return this.origin.address || "https://example.com/avatar";
  }

  /** The options of a client for the present choice, or null after having said what is missing. */
  async options() {
    const { origin } = this;
    if (origin.kind === "key" && this.#typed(this.#key) === "") return this.#complain(this.#key, "connection.key.missing");
    if (origin.kind === "gateway" && !origin.address) return this.#complain(this.#gateway, "connection.gateway.missing");
    if (origin.kind === "gateway" && !isWebAddress(origin.address)) return this.#complain(this.#gateway, "connection.gateway.invalid");
    return this.optionsFor(origin);
  }

  /** The options of a client for where a video was begun, or null where that takes a key that is not here. */
  async optionsFor({ kind, address, inPage }) {
    if (kind === "gateway") return { gatewayUrl: address, retry: RETRY };
    if (kind === "key") {
      const apiKey = this.#typed(this.#key);
      return apiKey ? { apiKey, dangerouslyAllowBrowser: true, retry: RETRY } : null;
    }
    const sandbox = { apiKey: SANDBOX_KEY, dangerouslyAllowBrowser: true, retry: SANDBOX_RETRY };
    return inPage ? { ...sandbox, ...(await this.#startPreview()), poll: PREVIEW_POLL } : { ...sandbox, baseUrl: address, poll: SANDBOX_POLL };
  }

  /** Opens the chooser where something about it has to be changed. */
  reveal(kind = this.kind) {
    if (kind !== this.kind) this.choose(kind);
    this.#details.open = true;
    const target = { key: this.#key, gateway: this.#gateway }[this.kind] ?? this.#details.querySelector("summary");
    target.focus();
  }

  choose(kind) {
    this.kind = kind;
    this.#complain();
    this.#render();
    this.#changed();
  }

  #startPreview() {
    this.#preview ??= import("../preview/main.js").then(
      ({ startPreview }) => startPreview(),
      (cause) => {
        this.#preview = null;
        throw Object.assign(new Error(cause?.message, { cause }), { code: "unavailable" });
      },
    );
    return this.#preview;
  }

  #typed = (input) => input.value.trim();

  #changed() {
    if (this.#place() !== "memory") this.#keep();
    this.dispatchEvent(new Event("change"));
  }

  #place = () => this.#radios("key-place").find(({ checked }) => checked).value;

  #keep() {
    this.#isKept = keepKey(this.#typed(this.#key), this.#place());
    this.#render();
  }

  #forget() {
    this.#key.value = "";
    this.#radios("key-place").find(({ value }) => value === "memory").checked = true;
    this.#keep();
    this.#key.focus();
    this.dispatchEvent(new Event("change"));
  }

  #recall() {
    const { key, place } = keptKey();
    if (key) this.#key.value = key;
    this.#radios("key-place").find(({ value }) => value === place).checked = true;
  }

  #radios = (name) => [...document.getElementsByName(name)];

  /** What is wrong with what was typed, by the key of its words; nothing any longer where no input is given. */
  #complain(input = null, words = "") {
    this.#problem = { input, words };
    this.#renderProblem();
    return null;
  }

  #renderProblem() {
    const { input, words } = this.#problem;
    for (const each of [this.#key, this.#gateway]) {
      const problem = byId(`${each.id}-problem`);
      problem.textContent = each === input ? t(words) : "";
      show(problem, each === input);
      if (each === input) each.setAttribute("aria-invalid", "true");
      else each.removeAttribute("aria-invalid");
    }
  }

  #render() {
    for (const radio of this.#radios("connection")) radio.checked = radio.value === this.kind;
    show(byId("key-panel"), this.kind === "key");
    show(byId("gateway-panel"), this.kind === "gateway");
    show(byId("key-forget"), this.#place() !== "memory");
    byId("key-place-note").textContent = this.#isKept ? "" : t("connection.key.place.refused");
    this.#renderProblem();
    const sandbox = this.#sandboxUrl ? "sandbox" : "preview";
    byId("sandbox-name").textContent = t(`connection.${sandbox}.name`);
    byId("sandbox-about").textContent = t(`connection.${sandbox}.about`);
    if (this.isKnown) byId("connection-name").textContent = t(`connection.${this.kind === "sandbox" ? sandbox : this.kind}.name`);
  }
}

/** A static host may have no such file, or answer with a page in its place. */
async function readConfig() {
  try {
    const { sandboxUrl, gatewayUrl } = await (await fetch("config.json")).json();
    return { sandboxUrl: fromHere(sandboxUrl), gatewayUrl: fromHere(gatewayUrl) };
  } catch {
    return {};
  }
}

const fromHere = (address) => (typeof address === "string" ? new URL(address, location.href).href : undefined);

function isWebAddress(value) {
  try {
    return /^https?:$/.test(new URL(value).protocol);
  } catch {
    return false;
  }
}
