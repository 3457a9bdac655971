import { createContext, useCallback, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";

interface Place {
  /** The element that scrolls, once there is one. */
  element: HTMLElement | null;
  /** A part whose height may change; the way to end it. */
  measure(part: Element): () => void;
}

export const ViewportContext = createContext<Place>({ element: null, measure: () => () => {} });

/** So close to the end counts as the end. */
const near = 48;
/** So long after a wheel, a touch, a key or a focus in it a move upwards is the reader's doing; else it is a change of height. */
const intent = 2000;

/**
 * Scrolls, and stays at the end while something is added there, unless the reader has scrolled up.
 *
 * @param props.sent messages sent by this reader: with each, the end is what they want to see.
 *
 * A change of height above what is read moves the reader with it. Not every browser does that by itself, so
 * `overflow-anchor` is off and it is done here, before anything is painted.
 */
export function Viewport({ sent, children }: { sent: number; children: ReactNode }) {
  const [element, setElement] = useState<HTMLDivElement | null>(null);
  const [atEnd, setAtEnd] = useState(true);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const last = useRef(0);
  const touched = useRef(-Infinity);

  const place = useMemo<Place>(() => {
    const heights = new Map<Element, number>();
    const sizes = new ResizeObserver((entries) => {
      if (!element) return;
      const edge = element.getBoundingClientRect().top;
      let moved = 0;
      for (const { target } of entries) {
        const { top, height } = target.getBoundingClientRect();
        const before = heights.get(target);
        if (before === undefined) continue;
        heights.set(target, height);
        if (target !== content.current && top - moved + before <= edge) moved += height - before;
      }
      if (follows.current) element.scrollTop = element.scrollHeight;
      else if (moved !== 0) element.scrollTop += moved;
    });
    const measure = (part: Element) => {
      heights.set(part, part.getBoundingClientRect().height);
      sizes.observe(part);
      return () => {
        heights.delete(part);
        sizes.unobserve(part);
      };
    };
    return { element, measure };
  }, [element]);

  useLayoutEffect(() => {
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    const ends = [place.measure(content.current!), place.measure(element)];
    return () => ends.forEach((end) => end());
  }, [element, place]);

  // With what was just added, or the browser would draw once for it and once more for the scrolling.
  useLayoutEffect(() => {
    if (element && follows.current) element.scrollTop = element.scrollHeight;
  });

  const toEnd = useCallback(() => {
    follows.current = true;
    element?.scrollTo({ top: element.scrollHeight });
  }, [element]);

  useLayoutEffect(() => {
    if (sent > 0) toEnd();
  }, [sent, toEnd]);

  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = element!;
    const end = scrollHeight - scrollTop - clientHeight < near;
    if (end) follows.current = true;
    else if (scrollTop < last.current && performance.now() - touched.current < intent) follows.current = false;
    last.current = scrollTop;
    setAtEnd(end);
  };

  const touch = () => void (touched.current = performance.now());

  return (
    <ViewportContext.Provider value={place}>
      <div
        ref={setElement}
        className="viewport"
        tabIndex={-1}
        onScroll={onScroll}
        onWheel={touch}
        onTouchMove={touch}
        onPointerDown={touch}
        onKeyDown={touch}
        onFocusCapture={touch}
      >
        <div ref={content}>{children}</div>
        {!atEnd && <button type="button" className="to-bottom" aria-label="To the newest message" onClick={toEnd}>↓</button>}
      </div>
    </ViewportContext.Provider>
  );
}
