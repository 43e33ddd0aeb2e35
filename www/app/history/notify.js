import { byId, show } from "../dom.js";
import { onLanguage, t } from "../i18n.js";
import { outcome } from "../errors.js";

/** Says when a video is ready while nobody looks at the page. Permission is asked for on a click, never before. */
export function setUpNotifications(runs, actions) {
  const button = byId("notify");
  if (!("Notification" in window)) return;
  const kinds = new WeakMap();

  const render = () => {
    const { current } = runs;
    show(button, current.running && Notification.permission !== "denied");
    button.disabled = Notification.permission === "granted";
    button.textContent = t(button.disabled ? "notify.on" : "notify.do");
  };
  button.addEventListener("click", async () => {
    await Notification.requestPermission();
    render();
  });
  for (const name of ["change", "select"]) runs.addEventListener(name, render);
  onLanguage(render);

  runs.addEventListener("change", ({ detail: run }) => {
    const before = kinds.get(run);
    kinds.set(run, run.state.kind);
    if (before === "running" && !run.running && document.hidden && Notification.permission === "granted") tell(run, actions);
  });
}

function tell(run, actions) {
  try {
    const note = new Notification(outcome(run.state), { tag: run.id, icon: new URL("favicon.svg", document.baseURI).href });
    note.onclick = () => {
      window.focus();
      actions.show(run);
      note.close();
    };
  } catch {
    // Some phones let only service workers notify; the title of the page says it, too.
  }
}
