import { useState } from "react";
import type { ToolCall } from "@orleans-agents/client";
import { count, duration } from "../app/words.ts";
import { Fold } from "./Fold.tsx";
import { Reasoning } from "./Reasoning.tsx";
import type { Thought } from "./rows.ts";
import { ToolCard } from "./ToolCard.tsx";

/** So many are drawn at once, of however many there are. */
const page = 50;
/** So many running and so many failed calls stand outside the closed group. */
const few = 4;

/** The tool calls of a step, and of the steps behind it that only call more: one line, with what runs, asks or failed below it. */
export function Calls({ items, runId }: { items: (ToolCall | Thought)[]; runId: string }) {
  const calls = items.filter((i): i is ToolCall => i.kind === "tool");
  if (items.length === 1 && calls[0]) return <ToolCard call={calls[0]} runId={runId} />;
  return (
    <div className="calls">
      <Fold
        className="group"
        summary={
          <>
            <span className={`dot ${calls.some(isAtWork) ? "work" : "done"}`} aria-hidden="true" />
            <strong>{totalOf(calls)}</strong>
            <span className="hint">{namesOf(calls)}</span>
            <span className="time">{timeOf(calls)}</span>
          </>
        }
        otherwise={() => standingOut(calls).map((call) => <ToolCard key={call.callId} call={call} runId={runId} />)}
      >
        {() => <All items={items} runId={runId} />}
      </Fold>
    </div>
  );
}

function All({ items, runId }: { items: (ToolCall | Thought)[]; runId: string }) {
  const [until, setUntil] = useState(page);
  const rest = items.length - until;
  return (
    <div className="all">
      {items.slice(0, until).map((item, n) => item.kind === "tool"
        ? <ToolCard key={item.callId} call={item} runId={runId} />
        : <Reasoning key={n} text={item.text} thoughtMs={item.thoughtMs} runId={runId} />)}
      {rest > 0 && <button type="button" className="quiet" onClick={() => setUntil(until + page)}>Show {count(Math.min(page, rest))} more of {count(rest)}</button>}
    </div>
  );
}

const isAtWork = ({ phase }: ToolCall) => phase === "running" || phase === "checking" || phase === "retrying";

/** All that ask somebody, and the newest of those at work and of those that failed. */
function standingOut(calls: ToolCall[]): ToolCall[] {
  const newest = (is: (c: ToolCall) => boolean) => calls.filter(is).slice(-few);
  const all = new Set([...newest((c) => c.phase === "failed"), ...calls.filter((c) => c.phase === "deciding" || c.phase === "unknown"), ...newest(isAtWork)]);
  return calls.filter((c) => all.has(c));
}

function totalOf(calls: ToolCall[]): string {
  const of = (...phases: ToolCall["phase"][]) => calls.filter((c) => phases.includes(c.phase)).length;
  const rest = [[of("running", "checking"), "running"], [of("retrying"), "tried again"], [of("deciding", "unknown"), "of unknown outcome"], [of("failed"), "failed"], [of("skipped"), "skipped"]] as const;
  return [`${count(calls.length)} ${calls.length === 1 ? "call" : "calls"}`, ...rest.filter(([n]) => n > 0).map(([n, word]) => `${count(n)} ${word}`)].join(", ");
}

/** Which tools, the most called first. */
function namesOf(calls: ToolCall[]): string {
  const times = new Map<string, number>();
  for (const { tool } of calls) times.set(tool, (times.get(tool) ?? 0) + 1);
  return [...times].sort((a, b) => b[1] - a[1]).slice(0, 4).map(([tool, n]) => (n === 1 ? tool : `${tool} × ${count(n)}`)).join(", ");
}

/** From the first start to the last end, once all have ended. */
function timeOf(calls: ToolCall[]): string | undefined {
  const spans = calls.flatMap((c) => (c.startedAt && c.endedAt ? [[Date.parse(c.startedAt), Date.parse(c.endedAt)] as const] : []));
  if (spans.length === 0 || calls.some(isAtWork)) return undefined;
  return duration(spans.reduce((m, [, to]) => Math.max(m, to), 0) - spans.reduce((m, [from]) => Math.min(m, from), Infinity));
}
