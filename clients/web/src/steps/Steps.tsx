import { createContext, lazy, memo, Suspense, useContext, useState } from "react";
import { newestRun, previewOf, type RunView, type Step, type ThreadView } from "@orleans-agents/client";
import { between, count } from "../app/words.ts";
import { useNow } from "../app/hooks.ts";
import { runHref, runsHref } from "../runs/place.ts";
import { isOpen, stepTime, timeText } from "./clock.ts";
import { costText } from "./cost.ts";
import { callsOfKind, callsText } from "./counts.ts";
import { toneOfStep } from "./tone.ts";

const StepDetails = lazy(() => import("./StepDetails.tsx").then((m) => ({ default: m.StepDetails })));

/** Rows that stand beside a conversation at most; the run's own page has them all. */
const Most = 200;

/** The run of the rows. A row is drawn again when its own step changes, not with every word that a model writes. */
const RunContext = createContext<RunView | undefined>(undefined);

/** Each step of a turn with its attempts, times and tokens; open, with its full input and output. */
export function Steps({ thread }: { thread?: ThreadView }) {
  const [chosen, setChosen] = useState<string>();
  const run = thread?.turns.find((t) => t.runId === chosen)?.run ?? (thread && newestRun(thread));
  if (!thread || !run || run.steps.length === 0) return <p className="note empty">Each model call and each tool call shows up here.</p>;
  return (
    <>
      {thread.turns.length > 1 && (
        <label className="turn">
          <span>Turn</span>
          <select value={run.id} onChange={(e) => setChosen(e.target.value === newestRun(thread)?.id ? undefined : e.target.value)}>
            {thread.turns.map((t) => <option key={t.runId} value={t.runId}>{`${t.turn}: ${previewOf(t.input).split("\n")[0]!.slice(0, 60)}`}</option>)}
          </select>
        </label>
      )}
      <p className="to-run"><a href={runHref(run.id)}>Open the run</a> <a href={runsHref}>All runs</a></p>
      <Sums run={run} />
      {run.steps.length > Most && <p className="note">The newest {Most} of {count(run.steps.length)} steps.</p>}
      <RunContext.Provider value={run}>
        <ol className="timeline">
          {run.steps.slice(-Most).map((step) => <StepRow key={`${run.id}:${step.step}`} step={step} />)}
        </ol>
      </RunContext.Provider>
    </>
  );
}

function Sums({ run }: { run: RunView }) {
  const { inputTokens, outputTokens, cachedTokens, reasoningTokens, cost } = run.usage;
  const sums: [string, string | undefined][] = [
    ["Model calls", callsText(callsOfKind(run.steps, "model"))],
    ["Tool calls", callsText(callsOfKind(run.steps, "tool"))],
    ["Input tokens", count(inputTokens) + (cachedTokens ? ` (${count(cachedTokens)} cached)` : "")],
    ["Output tokens", count(outputTokens) + (reasoningTokens ? ` (${count(reasoningTokens)} reasoning)` : "")],
    ["Time", between(run.createdAt, run.endedAt)],
    ["Cost", cost === undefined ? undefined : costText(cost)],
  ];
  return (
    <dl className="sums">
      {sums.filter(([, value]) => value !== undefined).map(([name, value]) => (
        <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}

const StepRow = memo(function StepRow({ step }: { step: Step }) {
  const [open, setOpen] = useState(false);
  const tokens = step.usage && step.usage.inputTokens + step.usage.outputTokens;
  return (
    <li className="step">
      <details onToggle={(e) => setOpen(e.currentTarget.open)}>
        <summary>
          <span className={`dot ${toneOfStep(step.status)}`} aria-hidden="true" />
          <span className="number">{step.step}</span>
          <span className="what">{step.kind === "model" ? "Model" : <code>{step.tool}</code>}</span>
          <span className="facts">
            {step.attempts.length > 1 && <span>{step.attempts.length} attempts</span>}
            {tokens !== undefined && <span>{count(tokens)} tok</span>}
            <StepTime step={step} />
          </span>
          <span className="unseen">{step.status}</span>
        </summary>
        {open && (
          <Suspense fallback={<p className="note">Loading…</p>}>
            <Details step={step} />
          </Suspense>
        )}
      </details>
    </li>
  );
});

function Details({ step }: { step: Step }) {
  const run = useContext(RunContext)!;
  return (
    <>
      <StepDetails step={step} run={run} />
      <p className="to-run"><a href={runHref(run.id, step.step)}>Open step {step.step} in the run</a></p>
    </>
  );
}

/** The time of a step's attempts; of one that has none, where it stands. */
export function StepTime({ step }: { step: Step }) {
  const open = isOpen(step);
  const now = useNow(open);
  const time = stepTime(step, now);
  return <span>{time === undefined ? step.status : timeText(time, open)}</span>;
}
