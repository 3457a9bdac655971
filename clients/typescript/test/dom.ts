import { Window } from "happy-dom";
import { act, createElement, StrictMode, type ReactElement } from "react";
import type { Root } from "react-dom/client";
import { vi } from "vitest";

const window = new Window({ url: "http://page.test/" });
// The page's own parts alone: requests go over Node's, as they do in a browser, not over a copy with rules of its own.
for (const [name, value] of Object.entries({ window, document: window.document, navigator: window.navigator, IS_REACT_ACT_ENVIRONMENT: true })) vi.stubGlobal(name, value);

export { window };

/** Draws twice as React does in development, effects included. */
export async function draw(element: ReactElement): Promise<{ text(): string; end(): Promise<void> }> {
  const { createRoot } = await import("react-dom/client");
  const host = document.body.appendChild(document.createElement("div"));
  const root: Root = createRoot(host);
  await act(async () => root.render(createElement(StrictMode, null, element)));
  return { text: () => host.textContent, end: () => act(async () => root.unmount()) };
}

export const shows = (check: () => void) => act(() => vi.waitFor(check, { timeout: 3000, interval: 5 }));
