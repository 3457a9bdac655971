import { useSyncExternalStore } from "react";

/** Whether the page is dark at the moment, whoever decided that: measured by its background. */
export const useDark = () => useSyncExternalStore(subscribe, isDark, () => false);

function isDark(): boolean {
  const [r = 255, g = 255, b = 255] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [];
  return r + g + b < 384;
}

function subscribe(tell: () => void) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", tell);
  const chosen = new MutationObserver(tell);
  chosen.observe(document.documentElement, { attributes: true });
  return () => {
    system.removeEventListener("change", tell);
    chosen.disconnect();
  };
}
