// Runs before the first paint, so that neither theme nor language flickers.
(() => {
  const root = document.documentElement;
  // What does not load, or is too new for a browser, would leave a page that does nothing and does not say so.
  addEventListener("error", ({ target }) => {
    if (target !== window && target.localName !== "script") return;
    root.dataset.failed = "";
    delete root.dataset.waiting;
  }, true);

  const stored = (name) => {
    try { return localStorage.getItem(name); } catch { return null; }
  };
  const theme = stored("theme");
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;

  const wanted = stored("language") ?? navigator.languages?.[0] ?? "en";
  if (wanted.toLowerCase().startsWith("ru")) {
    root.lang = "ru";
    root.dataset.waiting = ""; // hidden until its words are there
  }
})();
