import { useEffect, useLayoutEffect, useRef, useState } from "react";

/** Of the page's time, the part that the drawing of a growing text may take: one in so many. */
const Share = 8;
const Longest = 1000;

/** The text, or while it grows an earlier state of it: the longer one drawing takes, the later the next one comes. */
export function usePaced(text: string, complete: boolean): string {
  const [, again] = useState(0);
  const shown = useRef(text);
  const next = useRef(0);
  const began = performance.now();
  const due = complete || began >= next.current || !text.startsWith(shown.current);
  if (due) shown.current = text;
  useLayoutEffect(() => {
    if (!due) return;
    const now = performance.now();
    next.current = now + Math.min(Longest, (now - began) * Share);
  });
  const late = shown.current !== text;
  useEffect(() => {
    if (!late) return;
    const timer = setTimeout(() => again((n) => n + 1), Math.max(0, next.current - performance.now()));
    return () => clearTimeout(timer);
  }, [late]);
  return shown.current;
}
