/** Calls back when somebody comes to look at the page. Returns the way to end it; nothing happens outside of a browser. */
export function onFocus(come: () => void): () => void {
  const { window, document } = globalThis as { window?: Window; document?: Document };
  if (!window || !document) return () => {};
  let last = Date.now();
  // Coming back to a tab of a window in the background tells both.
  const once = () => {
    if (document.visibilityState === "hidden" || Date.now() - last < 1000) return;
    last = Date.now();
    come();
  };
  window.addEventListener("focus", once);
  document.addEventListener("visibilitychange", once);
  return () => {
    window.removeEventListener("focus", once);
    document.removeEventListener("visibilitychange", once);
  };
}
