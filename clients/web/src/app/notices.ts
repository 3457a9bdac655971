import { useSyncExternalStore } from "react";
import { Listeners } from "./listeners.ts";

/** Something that was done, for a moment at the edge of the page. */
export interface Notice {
  id: number;
  text: string;
  /** It is shown until somebody closes it. */
  bad?: boolean;
  /** Takes it back. */
  undo?: () => void;
  /** What follows when nobody took it back; `leaving` while the page is closed. */
  commit?: (leaving: boolean) => void;
}

/** How long it can be taken back, in milliseconds. */
export const patience = 10_000;

let notices: readonly Notice[] = [];
let last = 0;
const listeners = new Listeners();

export function notify(notice: Omit<Notice, "id">): Notice {
  const added = { ...notice, id: ++last };
  show([...notices, added]);
  return added;
}

/** The time is over, or it was closed. */
export function finish(notice: Notice, leaving = false) {
  if (!notices.includes(notice)) return;
  show(notices.filter((n) => n !== notice));
  notice.commit?.(leaving);
}

export function undo(notice: Notice) {
  if (!notices.includes(notice)) return;
  show(notices.filter((n) => n !== notice));
  notice.undo?.();
}

export const useNotices = () => useSyncExternalStore(listeners.subscribe, () => notices);

function show(next: readonly Notice[]) {
  notices = next;
  listeners.call();
}

/** Who closes the page, or signs out, does not take back what was done. */
export const finishAll = () => [...notices].forEach((n) => finish(n, true));

window.addEventListener("pagehide", finishAll);
