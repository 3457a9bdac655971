import { useState } from "react";
import { newestRun, previewOf, type RunView, type Step, type ThreadView } from "@orleans-agents/client";
import { between, count, duration } from "../app/words.ts";
import { useNow } from "../app/hooks.ts";
import { StepDetails } from "./StepDetails.tsx";

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
      <Sums run={run} />
      <ol className="timeline">
        {run.steps.map((step) => <StepRow key={`${run.id}:${step.step}`} step={step} run={run} />)}
      </ol>
    </>
  );
}

function Sums({ run }: { run: RunView }) {
  const { inputTokens, outputTokens, cachedTokens, reasoningTokens, modelCalls, toolCalls, cost } = run.usage;
  const sums: [string, string | undefined][] = [
    ["Model calls", count(modelCalls)],
    ["Tool calls", count(toolCalls)],
    ["Input tokens", count(inputTokens) + (cachedTokens ? ` (${count(cachedTokens)} cached)` : "")],
    ["Output tokens", count(outputTokens) + (reasoningTokens ? ` (${count(reasoningTokens)} reasoning)` : "")],
    ["Time", between(run.createdAt, run.endedAt)],
    ["Cost", cost === undefined ? undefined : `$${cost.toFixed(4)}`],
  ];
  return (
    <dl className="sums">
      {sums.filter(([, value]) => value !== undefined).map(([name, value]) => (
        <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}

const Tones: Record<string, string> = { running: "work", retrying: "hold", checking: "work", deciding: "ask", completed: "done", failed: "bad" };

function StepRow({ step, run }: { step: Step; run: RunView }) {
  const [open, setOpen] = useState(false);
  const tokens = step.usage && step.usage.inputTokens + step.usage.outputTokens;
  return (
    <li className="step">
      <details onToggle={(e) => setOpen(e.currentTarget.open)}>
        <summary>
          <span className={`dot ${Tones[step.status] ?? "off"}`} aria-hidden="true" />
          <span className="number">{step.step}</span>
          <span className="what">{step.kind === "model" ? "Model" : <code>{step.tool}</code>}</span>
          <span className="facts">
            {step.attempts.length > 1 && <span>{step.attempts.length} attempts</span>}
            {tokens !== undefined && <span>{count(tokens)} tok</span>}
            <Time step={step} />
          </span>
          <span className="unseen">{step.status}</span>
        </summary>
        {open && <StepDetails step={step} run={run} />}
      </details>
    </li>
  );
}

function Time({ step }: { step: Step }) {
  const first = step.attempts[0]?.startedAt;
  const last = step.attempts.at(-1);
  const running = first !== undefined && last?.endedAt === undefined && step.status === "running";
  const now = useNow(running);
  if (!first) return <span>{step.status}</span>;
  return <span>{last?.endedAt ? between(first, last.endedAt) : running ? duration(Math.max(0, Math.floor((now - Date.parse(first)) / 1000) * 1000)).replace(".0", "").replace("0 ms", "now") : step.status}</span>;
}
