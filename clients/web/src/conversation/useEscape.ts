import { useEffect, useRef } from "react";
import { isTaken } from "../app/hooks.ts";

/** What Escape closes before it means the run. */
const open = "dialog[open], details.menu[open], [role=menu], [role=listbox], :popover-open";

/** Escape, when nothing else is open that it could close, and nobody writes elsewhere than in the message box. */
export function useEscape(act: (() => void) | undefined) {
  const newest = useRef(act);
  newest.current = act;
  useEffect(() => {
    // Before whatever is open closes itself: then it can still be seen that it was.
    const onKeyDown = (e: KeyboardEvent) => {
      if (e.key !== "Escape" || isTaken(e) || e.repeat || e.defaultPrevented || document.querySelector(open)) return;
      const at = document.activeElement;
      if (at?.matches("input:not([type=radio]), textarea, select, [contenteditable]") && !at.closest(".composer")) return;
      newest.current?.();
    };
    document.addEventListener("keydown", onKeyDown, true);
    return () => document.removeEventListener("keydown", onKeyDown, true);
  }, []);
}
