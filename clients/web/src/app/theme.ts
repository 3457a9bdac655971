import { useSyncExternalStore } from "react";
import { Listeners, onWindow } from "./listeners.ts";

export type Theme = "system" | "light" | "dark";

export const themes: Theme[] = ["system", "light", "dark"];

const place = "orleans-agents.theme";
const listeners = new Listeners(() => onWindow("storage", onStorage));

const isTheme = (text: unknown): text is "light" | "dark" => text === "light" || text === "dark";

/** `public/theme.js` has set it before the first drawing. */
const chosen = (): Theme => {
  const { theme } = document.documentElement.dataset;
  return isTheme(theme) ? theme : "system";
};

/** Kept for later visits; `system` keeps nothing. */
export function setTheme(theme: Theme) {
  show(theme);
  try {
    if (theme === "system") localStorage.removeItem(place);
    else localStorage.setItem(place, theme);
  } catch {
    // A browser that keeps nothing: it holds until the page is closed.
  }
}

export const useTheme = () => useSyncExternalStore(listeners.subscribe, chosen);

function show(theme: Theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  listeners.call();
}

/** Other tabs follow. */
const onStorage = (e: StorageEvent) => {
  if (e.key === place || e.key === null) show(isTheme(e.newValue) ? e.newValue : "system");
};
