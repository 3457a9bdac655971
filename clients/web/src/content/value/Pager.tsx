import { useState, type ReactNode } from "react";
import { count } from "../../app/words.ts";

interface Props<T> {
  items: T[];
  size: number;
  /** What the items are, as "rows". */
  what: string;
  children: (page: T[], from: number) => ReactNode;
}

/** A page of a long list: however long it is, so many of it stand in the document. */
export function Pager<T>({ items, size, what, children }: Props<T>) {
  const [at, setAt] = useState(0);
  const from = Math.min(at, Math.max(0, Math.ceil(items.length / size) - 1) * size);
  return (
    <>
      {children(items.length > size ? items.slice(from, from + size) : items, from)}
      {items.length > size && (
        <p className="pager">
          <button type="button" className="quiet" disabled={from === 0} onClick={() => setAt(from - size)}>Previous</button>
          <span role="status">{count(from + 1)}–{count(Math.min(items.length, from + size))} of {count(items.length)} {what}</span>
          <button type="button" className="quiet" disabled={from + size >= items.length} onClick={() => setAt(from + size)}>Next</button>
        </p>
      )}
    </>
  );
}
