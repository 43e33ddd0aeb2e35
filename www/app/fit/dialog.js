import { t } from "../i18n.js";
import { button, make } from "./elements.js";

const STYLES = "styles/fit.css";

/**
 * Opens a dialog over the page. `signal` ends what the dialog began: work, listeners, a camera. Where `holds` is set, closing
 * loses something that is nowhere else: the first Escape only says so.
 * @returns {Promise<{ dialog: HTMLDialogElement, signal: AbortSignal, holds: boolean, close: () => void }>}
 */
export async function openDialog(name, title, ...content) {
  await styled();
  const closed = new AbortController();
  const close = () => dialog.close();
  const cross = button("quiet icon-only fit-close", "×", close);
  cross.setAttribute("aria-label", t("fit.close"));
  const heading = make("h2", { id: "fit-title", textContent: title, tabIndex: -1 });
  const dialog = make("dialog", { className: "fit", id: `fit-${name}`, attrs: { "aria-labelledby": "fit-title" } },
    make("div", { className: "fit-head" }, heading, cross), ...content);
  const view = { dialog, signal: closed.signal, holds: false, close };
  dialog.append(warning(view));
  dialog.addEventListener("close", () => {
    closed.abort();
    dialog.remove();
  });
  document.querySelector("dialog.fit")?.close();
  document.body.append(dialog);
  dialog.showModal();
  heading.focus();
  return view;
}

/** Says what the next Escape does, until something else is done. */
function warning(view) {
  const said = make("p", { className: "problem fit-warning", attrs: { role: "status" } });
  const say = (words) => (said.textContent = words);
  view.dialog.addEventListener("cancel", (event) => {
    if (!view.holds || said.textContent !== "") return;
    event.preventDefault();
    say(t("fit.escape"));
  });
  view.dialog.addEventListener("pointerdown", () => say(""));
  view.dialog.addEventListener("keydown", ({ key }) => key !== "Escape" && say(""));
  return said;
}

/** The styles are loaded with the first dialog. */
async function styled() {
  if (document.querySelector(`link[href="${STYLES}"]`)) return;
  const link = make("link", { rel: "stylesheet", href: STYLES });
  const loaded = new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => {
      link.remove(); // so that the next dialog asks for them again
      reject(new Error(`${STYLES} did not load`));
    };
  });
  document.head.append(link);
  await loaded;
}
