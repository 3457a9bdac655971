import { useEffect, useMemo, useRef, useState, type FocusEvent, type KeyboardEvent } from "react";
import type { ThreadSummary } from "@orleans-agents/client";
import { useNow } from "../app/hooks.ts";
import type { ThreadActions } from "./actions.ts";
import type { Group } from "./groups.ts";
import { layoutOf, rowHeight, rowsIn } from "./layout.ts";
import { isUnread, useSeen } from "./seen.ts";
import { ThreadRow } from "./ThreadRow.tsx";
import { useSpan } from "./useSpan.ts";

interface Props {
  groups: Group[];
  current?: string;
  hasMore: boolean;
  more: () => void;
  actions: ThreadActions;
  onChoose?: () => void;
}

/** More is read when less than this is left below. */
const ahead = 20 * rowHeight;

/** The groups one below the other. Only rows on screen are in the document; the arrow keys, Home and End go through all. */
export function ThreadRows({ groups, current, hasMore, more, actions, onChoose }: Props) {
  const body = useRef<HTMLDivElement>(null);
  const span = useSpan(body);
  const now = useNow(true, 30_000);
  const seen = useSeen();
  const layout = useMemo(() => layoutOf(groups), [groups]);
  const order = useMemo(() => groups.flatMap((g) => g.threads), [groups]);
  const [focused, setFocused] = useState<string>();
  const isListed = (id: string | undefined) => order.some((t) => t.id === id);
  const reached = isListed(focused) ? focused : isListed(current) ? current : order[0]?.id;

  useEffect(() => {
    if (hasMore && span.bottom > layout.height - ahead) more();
    // A new layout comes of each answer: a page that failed is asked for again with the next.
  }, [hasMore, span.bottom, layout, more]);

  const toFocus = useRef<string>(undefined);
  const place = useRef(0);
  useEffect(() => {
    const at = order.findIndex((t) => t.id === focused);
    if (at >= 0) place.current = at;
    // The row that had the focus is gone: the one that stands there now has it.
    else if (focused !== undefined && document.activeElement === document.body && order.length > 0) {
      setFocused((toFocus.current = order[Math.min(place.current, order.length - 1)]!.id));
    }

    if (focused === undefined || toFocus.current !== focused) return;
    toFocus.current = undefined;
    body.current!.querySelector<HTMLElement>(`[data-id="${focused}"] a`)?.focus();
  });
  const onKeyDown = (e: KeyboardEvent) => {
    if (!(e.target instanceof HTMLAnchorElement) || e.metaKey || e.ctrlKey || e.altKey) return;
    const at = order.findIndex((t) => t.id === reached);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: order.length - 1 }[e.key];
    const next: ThreadSummary | undefined = to === undefined ? undefined : order[to];
    if (!next) return;
    e.preventDefault();
    setFocused((toFocus.current = next.id));
  };
  const onFocus = (e: FocusEvent) => {
    const row = (e.target as HTMLElement).closest<HTMLElement>("[data-id]");
    if (row) setFocused(row.dataset.id);
  };

  return (
    <div className="list-body" ref={body} onKeyDown={onKeyDown} onFocus={onFocus}>
      {layout.groups.map((group) => (
        <section key={group.name} aria-label={group.name} style={{ height: group.height }}>
          <h2>{group.name}</h2>
          <ul>
            {rowsIn(group, span, reached).map((index) => {
              const thread = group.threads[index]!;
              return (
                <ThreadRow
                  key={thread.id}
                  {...{ thread, index, now, actions, onChoose }}
                  count={group.threads.length}
                  current={thread.id === current}
                  unread={thread.id !== current && isUnread(seen, thread)}
                  reached={thread.id === reached}
                />
              );
            })}
          </ul>
        </section>
      ))}
      {hasMore && <p className="note">Loading more…</p>}
    </div>
  );
}
