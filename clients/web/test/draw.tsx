import { act, type ReactElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, vi } from "vitest";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

const drawn: Root[] = [];
afterEach(async () => {
  await act(async () => drawn.splice(0).forEach((root) => root.unmount()));
  document.body.replaceChildren();
});

/** Draws as a browser does, effects and answers included; give it again to draw something else in the same place. */
export async function draw(element: ReactElement): Promise<{ host: HTMLElement; again(next: ReactElement): Promise<void> }> {
  const host = document.body.appendChild(document.createElement("div"));
  const root = createRoot(host);
  drawn.push(root);
  const again = (next: ReactElement) => act(async () => root.render(next));
  await again(element);
  return { host, again };
}

/** A click with everything that follows from it at once. */
export const click = (element: Element | null | undefined) => act(async () => (element as HTMLElement).click());

/** As when a person chooses another option. */
export const pick = (select: HTMLSelectElement, value: string) =>
  act(async () => {
    select.value = value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  });

/** Waits for what answers bring. */
export const shows = (check: () => void) => act(() => vi.waitFor(check, { timeout: 3000, interval: 5 }));

/** Waits for what timers and what is loaded later bring: React draws it each time that an act ends. */
export const comes = (check: () => void) =>
  vi.waitFor(async () => {
    await act(() => new Promise((resolve) => setTimeout(resolve, 5)));
    check();
  }, { timeout: 10_000, interval: 5 });
