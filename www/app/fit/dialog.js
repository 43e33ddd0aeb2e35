import { t } from "../i18n.js";
import { button, make } from "./elements.js";

const STYLES = "styles/fit.css";

/**
 * Opens a dialog over the page. `signal` ends what the dialog began: work, listeners, a camera.
 * @returns {Promise<{ dialog: HTMLDialogElement, signal: AbortSignal, close: () => void }>}
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
  dialog.addEventListener("close", () => {
    closed.abort();
    dialog.remove();
  });
  document.querySelector("dialog.fit")?.close();
  document.body.append(dialog);
  dialog.showModal();
  heading.focus();
  return { dialog, signal: closed.signal, close };
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
