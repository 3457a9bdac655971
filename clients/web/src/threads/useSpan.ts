import { useLayoutEffect, useState, type RefObject } from "react";
import type { Span } from "./layout.ts";

/** It is drawn again only when this much was scrolled, and this much is drawn beyond both edges. */
const step = 288;

/** What of a scrolled element is on screen, rounded outwards. */
export function useSpan(scrolled: RefObject<HTMLElement | null>): Span {
  const [span, setSpan] = useState<Span>({ top: 0, bottom: 4 * step });
  useLayoutEffect(() => {
    const it = scrolled.current!;
    const read = () => {
      const top = Math.floor(it.scrollTop / step - 1) * step;
      const bottom = Math.ceil((it.scrollTop + it.clientHeight) / step + 1) * step;
      setSpan((now) => (now.top === top && now.bottom === bottom ? now : { top, bottom }));
    };
    const sized = new ResizeObserver(read);
    sized.observe(it);
    it.addEventListener("scroll", read, { passive: true });
    read();
    return () => {
      sized.disconnect();
      it.removeEventListener("scroll", read);
    };
  }, [scrolled]);
  return span;
}
