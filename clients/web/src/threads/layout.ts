import type { Group } from "./groups.ts";

/** Heights in pixels; the same as in threads.css. */
export const rowHeight = 36;
export const headHeight = 32;

/** A part of the list that is on screen or close to it, in pixels from its beginning. */
export interface Span {
  top: number;
  bottom: number;
}

export interface Placed extends Group {
  top: number;
  height: number;
}

export function layoutOf(groups: Group[]): { groups: Placed[]; height: number } {
  let top = 0;
  const placed = groups.map((group) => {
    const height = headHeight + group.threads.length * rowHeight;
    const at = { ...group, top, height };
    top += height;
    return at;
  });
  return { groups: placed, height: top };
}

/** The rows of a group that are to be drawn: those in the span, and the one that has the focus wherever it is. */
export function rowsIn({ top, threads }: Placed, span: Span, focused: string | undefined): number[] {
  const first = Math.max(0, Math.floor((span.top - top - headHeight) / rowHeight));
  const last = Math.min(threads.length, Math.ceil((span.bottom - top - headHeight) / rowHeight));
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, n) => first + n);
  const extra = focused === undefined ? -1 : threads.findIndex((t) => t.id === focused);
  return extra < 0 || rows.includes(extra) ? rows : extra < first ? [extra, ...rows] : [...rows, extra];
}
