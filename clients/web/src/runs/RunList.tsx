import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import type { RunStatus, RunSummary } from "@orleans-agents/client";
import { useAgents, useRuns } from "@orleans-agents/client/react";
import { client } from "../app/client.ts";
import { useMedia, useNow, wordsOf } from "../app/hooks.ts";
import { hrefOf } from "../app/route.ts";
import { ago, exactly, firstLine } from "../app/words.ts";
import { timeText } from "../steps/clock.ts";
import { runHref } from "./place.ts";
import { RunStatus as Status } from "./RunStatus.tsx";
import { ThreadsButton } from "./ThreadsButton.tsx";
import { useSeen } from "./VirtualList.tsx";

const Statuses: RunStatus[] = ["queued", "running", "waiting", "paused", "completed", "failed", "cancelled"];

/** Every run of the caller, those without a conversation too. */
export function RunList({ onThreads }: { onThreads: () => void }) {
  const [status, setStatus] = useState<RunStatus>();
  const [agent, setAgent] = useState<string>();
  const [thread, setThread] = useState<"" | "yes" | "no">("");
  const { agents = [] } = useAgents(client);
  const { items: runs, loaded, hasMore, failure, more } = useRuns(client, { status, agent });
  const shown = runs.filter((r) => thread === "" || (thread === "yes") === (r.threadId != null));
  useEffect(() => {
    document.title = "Runs · OrleansAgents";
  }, []);
  return (
    <div className="run-page">
      <header className="bar"><ThreadsButton onThreads={onThreads} /><h1>Runs</h1></header>
      <div className="tools" role="search" aria-label="Filter the runs">
        <select aria-label="Status" value={status ?? ""} onChange={(e) => setStatus((e.target.value || undefined) as RunStatus | undefined)}>
          <option value="">Every status</option>
          {Statuses.map((s) => <option key={s}>{s}</option>)}
        </select>
        <select aria-label="Agent" value={agent ?? ""} onChange={(e) => setAgent(e.target.value || undefined)}>
          <option value="">Every agent</option>
          {agents.map((a) => <option key={a.name}>{a.name}</option>)}
        </select>
        <select aria-label="Conversation" value={thread} onChange={(e) => setThread(e.target.value as typeof thread)}>
          <option value="">Every run</option>
          <option value="yes">In a conversation</option>
          <option value="no">Without a conversation</option>
        </select>
      </div>
      {failure !== undefined && <p className="banner away" role="status">{wordsOf(failure)}</p>}
      {loaded && shown.length === 0 && !hasMore && <p className="loading">No run matches.</p>}
      {!loaded && failure === undefined && <p className="loading" role="status">Loading…</p>}
      <Rows key={`${status} ${agent} ${thread}`} runs={shown} read={runs.length} hasMore={hasMore} more={more} />
    </div>
  );
}

/** @param props.read how many were read; not all of them are shown. */
function Rows({ runs, read, hasMore, more }: { runs: RunSummary[]; read: number; hasMore: boolean; more: () => void }) {
  const host = useRef<HTMLDivElement>(null);
  const rowHeight = useMedia("(max-width: 760px)") ? 64 : 44;
  const { from, to } = useSeen(host, runs.length, rowHeight);
  const now = useNow(runs.some((r) => r.endedAt == null));
  useEffect(() => {
    if (hasMore && to >= runs.length - 10) more();
  }, [hasMore, to, runs.length, read, more]);
  const onKeyDown = (e: KeyboardEvent) => {
    const row = (e.target as Element).closest<HTMLElement>("[data-row]");
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!row || !by) return;
    e.preventDefault();
    const index = Math.min(runs.length - 1, Math.max(0, Number(row.dataset["row"]) + by));
    host.current!.querySelector<HTMLElement>(`[data-row="${index}"] a`)?.focus();
  };
  return (
    <div className="run-rows" ref={host} onKeyDown={onKeyDown}>
      {runs.length > 0 && <div className="run-rows-head" aria-hidden="true"><span>Status</span><span>Input</span><span>Agent</span><span>Duration</span><span>Started</span></div>}
      <ul aria-label="Runs" style={{ height: runs.length * rowHeight, paddingTop: from * rowHeight }}>
        {runs.slice(from, to).map((run, i) => (
          <li key={run.id} data-row={from + i} aria-setsize={hasMore ? -1 : runs.length} aria-posinset={from + i + 1} style={{ height: rowHeight }}>
            <Row run={run} now={now} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Row({ run, now }: { run: RunSummary; now: number }) {
  const ms = (run.endedAt ? Date.parse(run.endedAt) : now) - Date.parse(run.createdAt);
  return (
    <>
      <a className="run-row" href={runHref(run.id)}>
        <Status status={run.status} reason={run.reason} />
        <span className="title">{firstLine(run.input) || run.id}</span>
        <span className="agent">{run.agent}</span>
        <span className="time">{timeText(ms, run.endedAt == null)}</span>
        <time dateTime={run.createdAt} title={exactly(run.createdAt)}>{ago(run.createdAt, now)}</time>
      </a>
      {run.threadId ? <a className="of" href={hrefOf(run.threadId)} aria-label={`Conversation of ${firstLine(run.input) || run.id}`}>Conversation</a> : <span className="of" />}
    </>
  );
}
