import { useEffect, useRef } from "react";
import { callsOf, type RunView, type Step } from "@orleans-agents/client";
import { useNow } from "../app/hooks.ts";
import { count, exactly, isActive } from "../app/words.ts";
import { Decision } from "../conversation/Decision.tsx";
import { Value } from "../content/Value.tsx";
import { LongText } from "../content/LongText.tsx";
import { timeText } from "../steps/clock.ts";
import { costText } from "../steps/cost.ts";
import { callOf, StepDetails } from "../steps/StepDetails.tsx";
import { Copy } from "../content/Copy.tsx";
import { runHref } from "./place.ts";
import { nameOfKind, segmentsOf, sumsOf } from "./segments.ts";
import type { Trace } from "./trace.ts";

interface Props {
  run: RunView;
  trace: Trace;
  /** 0 is the run itself. */
  step: number;
}

/** The chosen step with everything of it; without one, the run. */
export function StepPane({ run, trace, step: number }: Props) {
  const head = useRef<HTMLElement>(null);
  // Another step begins at its top.
  useEffect(() => {
    head.current?.closest(".side")?.scrollTo(0, 0);
  }, [number]);
  const step = run.steps.find((s) => s.step === number);
  if (!step) return <RunPane run={run} />;
  const call = callOf(run, step);
  return (
    <div className="pane" key={number}>
      <header className="pane-head" ref={head}>
        <h2><span className="number">{step.step}</span> {step.kind === "model" ? "Model" : <code>{step.tool}</code>}</h2>
        <Copy what="link to this step" word="Copy link" text={() => new URL(runHref(run.id, number), location.href).href} />
      </header>
      <Times step={step} trace={trace} active={isActive(run)} />
      {call?.phase === "deciding" && <Decision call={call} runId={run.id} />}
      <StepDetails step={step} run={run} />
    </div>
  );
}

/** Where the step's time went, waits included. */
function Times({ step, trace, active }: { step: Step; trace: Trace; active: boolean }) {
  const now = useNow(active);
  const marks = trace.marks.get(step.step) ?? [];
  const sums = sumsOf(segmentsOf(step, marks, trace.pauses, now));
  return (
    <dl className="times">
      <div><dt>Status</dt><dd>{step.status}</dd></div>
      {sums.map(({ kind, ms }) => <div key={kind}><dt><i className={`key ${kind}`} aria-hidden="true" />{nameOfKind(kind)}</dt><dd>{timeText(ms)}</dd></div>)}
      {step.usage && <div><dt>Tokens</dt><dd>{count(step.usage.inputTokens)} in, {count(step.usage.outputTokens)} out</dd></div>}
      {step.usage?.cost !== undefined && <div><dt>Cost</dt><dd>{costText(step.usage.cost)}</dd></div>}
      {step.attempts[0] && <div><dt>Started</dt><dd><time dateTime={step.attempts[0].startedAt}>{exactly(step.attempts[0].startedAt)}</time></dd></div>}
    </dl>
  );
}

/** The run as one call: what went in, what came out, what it may use. */
function RunPane({ run }: { run: RunView }) {
  const { feedback } = run;
  const asked = run.messages.filter((m) => m.role === "assistant").flatMap(callsOf).filter((c) => c.phase === "deciding");
  return (
    <div className="pane step-body">
      <header className="pane-head"><h2>Run</h2></header>
      {asked.map((call) => (
        <section key={call.callId}>
          <h3>Decision on <code>{call.tool}</code></h3>
          <Decision call={call} runId={run.id} />
        </section>
      ))}
      <h3>Input</h3>
      <LongText text={run.input} runId={run.id}>{(text) => <pre className="json" tabIndex={0} aria-label="Input">{text}</pre>}</LongText>
      <h3>Output</h3>
      {run.output === undefined
        ? <p className={run.error ? "failure" : "note"}>{run.error ? run.error.message : isActive(run) ? "Not yet." : "None."}</p>
        : <LongText text={run.output} runId={run.id}>{(text) => <Value value={text} label="Output" />}</LongText>}
      {feedback && <><h3>Feedback</h3><p>{feedback.value}{feedback.note && `: ${feedback.note}`}</p></>}
      {Object.keys(run.metadata).length > 0 && <><h3>Metadata</h3><Value value={run.metadata} label="Metadata" /></>}
      <h3>Budget</h3>
      <Value value={run.budget ?? {}} label="Budget" />
      <h3>Agent definition</h3>
      <p className="hash"><code>{run.agentVersion}</code></p>
    </div>
  );
}
