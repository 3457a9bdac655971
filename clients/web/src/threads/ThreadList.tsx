import { memo, useMemo, useState, type ReactNode } from "react";
import type { ThreadSummary } from "@orleans-agents/client";
import { useThreads } from "@orleans-agents/client/react";
import { client } from "../app/client.ts";
import { useNow, wordsOf } from "../app/hooks.ts";
import { hrefOf } from "../app/route.ts";
import { ThemeSwitch } from "../app/ThemeSwitch.tsx";
import { Who } from "../session/Who.tsx";
import { runsHref } from "../runs/place.ts";
import { useThreadActions, type ThreadActions } from "./actions.ts";
import { useDeleted } from "./deletions.ts";
import { groupsOf } from "./groups.ts";
import { ThreadRows } from "./ThreadRows.tsx";

export type Threads = ReturnType<typeof useThreads>;

interface Props {
  threads: Threads;
  actions: ThreadActions;
  /** The open conversation, as it is known better than the list knows it. */
  live: (listed: ThreadSummary) => ThreadSummary;
  current?: string;
  onChoose: () => void;
  onSearch: () => void;
  children?: ReactNode;
}

/** Every conversation: those that wait for somebody, pinned ones, the rest by day; or the archive. */
export const ThreadList = memo(function ThreadList({ threads, actions, live, current, onChoose, onSearch, children }: Props) {
  const [archive, setArchive] = useState(false);
  return (
    <>
      <div className="list-head">
        <a className="brand" href={hrefOf()} onClick={onChoose}>
          <img src="/icon.svg" width="20" height="20" alt="" />
          <span>OrleansAgents</span>
        </a>
        <a className="button" href={hrefOf()} onClick={onChoose} aria-current={current === undefined ? "page" : undefined}>New</a>
      </div>
      <button type="button" className="search-button" onClick={onSearch} aria-keyshortcuts="Control+K Meta+K">
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round"><circle cx="7" cy="7" r="4.2" /><path d="m10.2 10.2 3.3 3.3" /></svg>
        <span>Search</span>
        <kbd aria-hidden="true">{isMac ? "⌘K" : "Ctrl K"}</kbd>
      </button>
      {archive
        ? <Archive {...{ current, live, onChoose }} onClose={() => setArchive(false)} />
        : <List {...{ threads, actions, live, current, onChoose }} empty="Nothing yet. What you ask stays here." />}
      {children}
      <Who />
      <div className="list-foot">
        {!archive && <button type="button" className="link" onClick={() => setArchive(true)}>Archive</button>}
        <a href={runsHref} onClick={onChoose}>Runs</a>
        <a href="/docs">API</a>
        <ThemeSwitch />
      </div>
    </>
  );
});

/** Conversations that are kept out of the list. */
function Archive({ current, live, onChoose, onClose }: Pick<Props, "current" | "live" | "onChoose"> & { onClose: () => void }) {
  const threads = useThreads(client, { archived: true });
  const actions = useThreadActions(threads.change, current);
  return (
    <>
      <div className="archive-head">
        <h2>Archive</h2>
        <button type="button" className="quiet" autoFocus onClick={onClose}>Back to the list</button>
      </div>
      <List {...{ threads, actions, live, current, onChoose }} empty="Nothing is archived." />
    </>
  );
}

function List({ threads, actions, live, current, onChoose, empty }: Pick<Props, "threads" | "actions" | "live" | "current" | "onChoose"> & { empty: string }) {
  const { items, loaded, hasMore, more, failure, refresh } = threads;
  const deleted = useDeleted();
  // The groups change with the day, not with the minute.
  const today = Math.floor(useNow(true, 60_000) / 3_600_000);
  const groups = useMemo(() => groupsOf(items.filter((t) => !deleted.has(t.id)).map(live), Date.now()), [items, deleted, live, today]);
  return (
    <>
      {failure !== undefined && (
        <div className="banner away">
          <p role="status">{wordsOf(failure)}</p>
          <button type="button" className="quiet" onClick={refresh}>Try again</button>
        </div>
      )}
      {loaded && groups.length === 0 && <p className="note list-empty">{empty}</p>}
      <ThreadRows {...{ groups, current, hasMore, more, actions, onChoose }} />
    </>
  );
}

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
