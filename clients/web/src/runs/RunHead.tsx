import type { ReactNode } from "react";
import { previewOf, type ProblemError, type RunView } from "@orleans-agents/client";
import { useNow } from "../app/hooks.ts";
import { count, exactly, firstLine, isActive, left } from "../app/words.ts";
import { hrefOf } from "../app/route.ts";
import { Controls } from "../conversation/Controls.tsx";
import { timeText } from "../steps/clock.ts";
import { costText } from "../steps/cost.ts";
import { callsOfKind, callsText } from "../steps/counts.ts";
import { Copy } from "../content/Copy.tsx";
import { runsHref } from "./place.ts";
import { RunStatus } from "./RunStatus.tsx";
import { ThreadsButton } from "./ThreadsButton.tsx";

/** Who the run is, where it stands and why, what it took, and what can be done with it. */
export function RunHead({ run, threadId, onThreads }: { run: RunView; threadId?: string; onThreads: () => void }) {
  const known = run.head > 0;
  return (
    <>
      <header className="bar run-bar">
        <ThreadsButton onThreads={onThreads} />
        <nav className="crumbs" aria-label="Where you are"><a href={runsHref}>Runs</a><span aria-hidden="true">/</span></nav>
        <h1>{known ? firstLine(previewOf(run.input)) || run.agent : "Run"}</h1>
        {known && <Controls run={run} />}
      </header>
      <div className="run-head">
        <p className="run-line">
          {known && <RunStatus status={run.status} reason={run.reason} />}
          <code className="run-id">{run.id}</code>
          <Copy what="the run's id" word="Copy" text={run.id} />
          {threadId && <a href={hrefOf(threadId)}>Open the conversation</a>}
        </p>
        <Why run={run} />
        {known && <Facts run={run} />}
      </div>
    </>
  );
}

function Why({ run }: { run: RunView }) {
  const now = useNow(run.until !== undefined);
  const why = run.error ? `${run.error.code}: ${run.error.message}` : run.why;
  if (!why) return null;
  return <p className={`run-why ${run.error ? "bad" : ""}`} role="status">{why}{run.until && ` It goes on ${left(run.until, now)}.`}</p>;
}

function Facts({ run }: { run: RunView }) {
  const active = isActive(run);
  const now = useNow(active);
  const { inputTokens, cachedTokens, outputTokens, reasoningTokens, cost } = run.usage;
  const ms = (run.endedAt ? Date.parse(run.endedAt) : now) - Date.parse(run.createdAt);
  const facts: [string, ReactNode][] = [
    ["Agent", run.agent],
    ["Model", run.model],
    ["Started", <time dateTime={run.createdAt}>{exactly(run.createdAt)}</time>],
    ["Duration", timeText(ms, active)],
    ["Model calls", callsText(callsOfKind(run.steps, "model"))],
    ["Tool calls", callsText(callsOfKind(run.steps, "tool"))],
    ["Tokens in", count(inputTokens) + (cachedTokens ? ` (${count(cachedTokens)} cached)` : "")],
    ["Tokens out", count(outputTokens) + (reasoningTokens ? ` (${count(reasoningTokens)} reasoning)` : "")],
    ["Cost", cost === undefined ? "no price" : costText(cost)],
  ];
  return (
    <dl className="run-facts">
      {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      {Object.entries(run.metadata).map(([name, value]) => <div key={`m:${name}`} className="metadata"><dt title={name}>{name}</dt><dd title={value}>{value}</dd></div>)}
    </dl>
  );
}

export function Missing({ problem, onThreads }: { problem: ProblemError; onThreads: () => void }) {
  const gone = problem.status === 404 || problem.status === 410;
  return (
    <>
      <header className="bar"><ThreadsButton onThreads={onThreads} /><h1>Run</h1></header>
      <div className="hello">
        <h2>{gone ? "This run does not exist" : "This run cannot be shown"}</h2>
        <p>{gone ? "It was deleted, or its address is incomplete." : problem.message}</p>
        <p><a className="button" href={runsHref}>All runs</a></p>
      </div>
    </>
  );
}
