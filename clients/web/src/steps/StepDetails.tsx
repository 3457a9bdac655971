import { useEffect, useState } from "react";
import { callsOf, type AssistantMessage, type RunView, type Step, type StepContext } from "@orleans-agents/client";
import { client } from "../app/client.ts";
import { between, count, exactly } from "../app/words.ts";
import { Json } from "../conversation/Json.tsx";
import { LongText } from "../conversation/LongText.tsx";
import { Manifest } from "./Manifest.tsx";
import { ModelInput } from "./ModelInput.tsx";

/** A step's whole input and output, and each attempt at it. */
export function StepDetails({ step, run }: { step: Step; run: RunView }) {
  return (
    <div className="step-body">
      {step.kind === "model" ? <ModelStep step={step} run={run} /> : <ToolStep step={step} run={run} />}
      <h3>Attempts</h3>
      {step.attempts.length === 0 && <p className="note">Never started.</p>}
      <ol className="attempts">
        {step.attempts.map((a) => (
          <li key={a.attempt}>
            <span>{a.attempt}</span> <span>{a.outcome}</span> <time dateTime={a.startedAt} title={exactly(a.startedAt)}>{between(a.startedAt, a.endedAt) ?? "open"}</time>
            {a.error && <p className="failure"><code>{a.error.code}</code> {a.error.message}</p>}
          </li>
        ))}
      </ol>
    </div>
  );
}

function ModelStep({ step, run }: { step: Step; run: RunView }) {
  const message = run.messages.find((m): m is AssistantMessage => m.role === "assistant" && m.step === step.step);
  return (
    <>
      <h3>Input: what the model saw</h3>
      <Context runId={run.id} step={step.step} attempt={step.attempts.at(-1)?.attempt ?? 0} done={step.status === "completed"} />
      <h3>Output</h3>
      {message?.parts.length === 0 && <p className="note">{message.open ? "Not yet." : "None."}</p>}
      {message?.parts.map((p, i) => p.kind === "tool"
        ? <Json key={p.callId} value={{ tool: p.tool, arguments: p.arguments }} label={`Call of ${p.tool}`} />
        : <LongText key={i} text={p.text} runId={run.id}>{(text) => <pre className="json" tabIndex={0} aria-label={p.kind}>{text}</pre>}</LongText>)}
      {step.usage && (
        <p className="note">
          {count(step.usage.inputTokens)} tokens in{step.usage.cachedTokens ? ` (${count(step.usage.cachedTokens)} cached)` : ""}, {count(step.usage.outputTokens)} out
          {step.finishReason && <>, ended with <code>{step.finishReason}</code></>}
        </p>
      )}
    </>
  );
}

function Context({ runId, step, attempt, done }: { runId: string; step: number; attempt: number; done: boolean }) {
  const [state, setState] = useState<{ context?: StepContext; failure?: string }>({});
  useEffect(() => {
    const stop = new AbortController();
    client.stepContext(runId, step, stop.signal).then(
      (context) => setState({ context }),
      (error: Error) => !stop.signal.aborted && setState({ failure: error.message }),
    );
    return () => stop.abort();
  }, [runId, step, attempt, done]);
  if (state.failure) return <p className="failure" role="alert">{state.failure}</p>;
  if (!state.context) return <p className="note">Loading…</p>;
  return (
    <>
      {state.context.manifest && <Manifest manifest={state.context.manifest} />}
      <ModelInput context={state.context} />
    </>
  );
}

function ToolStep({ step, run }: { step: Step; run: RunView }) {
  const call = run.messages.flatMap((m) => (m.role === "assistant" ? callsOf(m) : [])).find((c) => c.callId === step.callId);
  if (!call) return null;
  return (
    <>
      <h3>Input</h3>
      <Json value={call.arguments} label={`Arguments of ${call.tool}`} />
      <h3>Output</h3>
      {call.result === undefined
        ? <p className="note">{call.error ? call.error.message : "Not yet."}</p>
        : <LongText text={call.result} runId={run.id}>{(text) => <Json value={text} label={`Result of ${call.tool}`} />}</LongText>}
    </>
  );
}
