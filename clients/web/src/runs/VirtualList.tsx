import { useCallback, useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";

/** Rows drawn beyond the edges, so that scrolling shows no gaps. */
const Beyond = 8;

/** The rows that can be seen of a long list with rows of one height. The page has nodes for these alone. */
export function useSeen(host: RefObject<HTMLElement | null>, count: number, rowHeight: number) {
  const [seen, setSeen] = useState({ from: 0, to: 2 * Beyond });
  useLayoutEffect(() => {
    const it = host.current!;
    const look = () => {
      const from = Math.max(0, Math.floor(it.scrollTop / rowHeight / 4) * 4 - Beyond);
      const to = Math.ceil((it.scrollTop + it.clientHeight) / rowHeight / 4) * 4 + Beyond;
      setSeen((s) => (s.from === from && s.to === to ? s : { from, to }));
    };
    look();
    const sized = new ResizeObserver(look);
    sized.observe(it);
    it.addEventListener("scroll", look, { passive: true });
    return () => {
      sized.disconnect();
      it.removeEventListener("scroll", look);
    };
  }, [host, rowHeight]);
  const from = Math.min(seen.from, Math.max(0, count - 1));
  return { from, to: Math.min(seen.to, count) };
}

interface Props {
  label: string;
  /** What the keys do, for whoever cannot see the page. */
  keys: string;
  count: number;
  rowHeight: number;
  /** The chosen row; -1 for none. */
  chosen: number;
  onChoose: (index: number) => void;
  /** Enter, or a click. */
  onOpen?: (index: number) => void;
  /** Other keys that mean something here. True when one was taken. */
  onKey?: (e: KeyboardEvent) => boolean;
  /** Stays at the end while rows come. */
  follow?: boolean;
  children: (index: number) => ReactNode;
}

/** A list of any length of which one row is chosen, by the arrow keys, Page Up and Down, Home and End. */
export function VirtualList({ label, keys, count, rowHeight, chosen, onChoose, onOpen, onKey, follow, children }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const id = useId();
  const { from, to } = useSeen(host, count, rowHeight);
  const rows = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

  const reveal = useCallback((index: number) => {
    const it = host.current!;
    const top = index * rowHeight;
    if (top < it.scrollTop) it.scrollTop = top;
    else if (top + rowHeight > it.scrollTop + it.clientHeight) it.scrollTop = top + rowHeight - it.clientHeight;
  }, [rowHeight]);
  useLayoutEffect(() => {
    if (chosen >= 0) reveal(chosen);
  }, [chosen, reveal]);
  useEffect(() => {
    if (follow) host.current!.scrollTop = count * rowHeight;
  }, [follow, count, rowHeight]);

  const onKeyDown = (e: KeyboardEvent) => {
    if (e.altKey || e.ctrlKey || e.metaKey || count === 0) return;
    const page = Math.max(1, Math.floor(host.current!.clientHeight / rowHeight) - 1);
    const to = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, PageDown: chosen + page, PageUp: chosen - page, Home: 0, End: count - 1 }[e.key];
    if (to !== undefined) onChoose(Math.min(count - 1, Math.max(0, to)));
    else if (e.key === "Enter" && chosen >= 0) onOpen?.(chosen);
    else if (!onKey?.(e)) return;
    e.preventDefault();
  };

  return (
    <>
      <p className="unseen" id={`${id}-keys`}>{keys}</p>
      <div
        ref={host}
        className="virtual"
        role="listbox"
        aria-label={label}
        tabIndex={0}
        aria-describedby={`${id}-keys`}
        aria-activedescendant={chosen >= from && chosen < to ? `${id}-${chosen}` : undefined}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" style={{ height: count * rowHeight }}>
          <div role="presentation" style={{ transform: `translateY(${from * rowHeight}px)` }}>
            {rows.map((index) => (
              <div
                key={index}
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === chosen}
                aria-setsize={count}
                aria-posinset={index + 1}
                className="virtual-row"
                style={{ height: rowHeight }}
                onClick={() => {
                  onChoose(index);
                  onOpen?.(index);
                }}
              >
                {children(index)}
              </div>
            ))}
          </div>
        </div>
      </div>
    </>
  );
}
