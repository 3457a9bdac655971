import { memo, useRef, useState } from "react";
import type { ThreadSummary } from "@orleans-agents/client";
import { hrefOf } from "../app/route.ts";
import { ago, exactly, isActive, standingOf, titleOf } from "../app/words.ts";
import { useReason } from "../session/session.ts";
import type { ThreadActions } from "./actions.ts";
import { rowHeight } from "./layout.ts";
import { RowMenu, type MenuItem } from "./RowMenu.tsx";
import { TitleField } from "./TitleField.tsx";

interface Props {
  thread: ThreadSummary;
  /** Its place in its group, and how many there are. */
  index: number;
  count: number;
  current: boolean;
  unread: boolean;
  /** The tab key comes to this row; the arrow keys go on from it. */
  reached: boolean;
  now: number;
  actions: ThreadActions;
  onChoose?: () => void;
}

/** One conversation of the list. */
export const ThreadRow = memo(function ThreadRow({ thread, index, count, current, unread, reached, now, actions, onChoose }: Props) {
  const [renaming, setRenaming] = useState(false);
  const [menu, setMenu] = useState(false);
  const link = useRef<HTMLAnchorElement>(null);
  const more = useRef<HTMLButtonElement>(null);
  const title = titleOf(thread, thread.run?.input);
  const tabIndex = reached ? 0 : -1;
  const mayNotChange = useReason("start", "Changing it");
  const mayNotDelete = useReason("admin", "Deleting") ?? (isActive(thread.run) ? "Stop its run first" : undefined);
  const items: MenuItem[] = [
    { name: "Rename", refused: mayNotChange, choose: () => setRenaming(true) },
    { name: thread.pinned ? "Unpin" : "Pin", refused: mayNotChange, choose: () => actions.pin(thread) },
    { name: thread.archived ? "Take out of the archive" : "Archive", refused: mayNotChange, choose: () => actions.archive(thread) },
    { name: "Delete", danger: true, refused: mayNotDelete, choose: () => actions.remove(thread) },
  ];
  return (
    <li className={unread ? "thread-row unread" : "thread-row"} style={{ top: index * rowHeight }} aria-setsize={count} aria-posinset={index + 1} data-id={thread.id}>
      {renaming ? (
        <TitleField
          title={title}
          onDone={(written) => {
            setRenaming(false);
            if (written !== undefined) void actions.rename(thread, written);
            requestAnimationFrame(() => document.activeElement === document.body && link.current?.focus());
          }}
        />
      ) : (
        <a
          ref={link}
          href={hrefOf(thread.id)}
          tabIndex={tabIndex}
          aria-current={current ? "page" : undefined}
          title={title}
          onClick={onChoose}
          onKeyDown={(e) => {
            if (e.key === "F2" && !mayNotChange) setRenaming(true);
            if (e.key === "Delete" && !mayNotDelete) actions.remove(thread);
          }}
        >
          <span className="title">{title}</span>
          {unread && <span className="unseen">, unread</span>}
          <Standing thread={thread} now={now} />
        </a>
      )}
      <button
        ref={more}
        type="button"
        className="icon row-more"
        tabIndex={tabIndex}
        aria-label={`Actions for ${title}`}
        aria-haspopup="menu"
        aria-expanded={menu}
        onClick={() => setMenu(!menu)}
      >
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="currentColor"><circle cx="3.5" cy="8" r="1.3" /><circle cx="8" cy="8" r="1.3" /><circle cx="12.5" cy="8" r="1.3" /></svg>
      </button>
      {menu && <RowMenu label={`Actions for ${title}`} anchor={more.current!} items={items} onClose={() => setMenu(false)} />}
    </li>
  );
});

/** What it does or waits for; of one that has answered, when that was. */
function Standing({ thread: { run, updatedAt }, now }: { thread: ThreadSummary; now: number }) {
  const { word, tone } = standingOf(run);
  return tone === "done" || tone === "off"
    ? <time dateTime={updatedAt} title={exactly(updatedAt)}>{ago(updatedAt, now)}</time>
    : <span className={`standing ${tone}`}><span className={`dot ${tone}`} aria-hidden="true" />{word}</span>;
}
