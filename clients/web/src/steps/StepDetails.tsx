import { memo } from "react";
import { callsOf, type AssistantMessage, type RunView, type Step, type ToolCall } from "@orleans-agents/client";
import { count } from "../app/words.ts";
import { Value } from "../content/Value.tsx";
import { LongText } from "../content/LongText.tsx";
import { Attempts } from "./Attempts.tsx";
import { Context } from "./Context.tsx";
import { costText } from "./cost.ts";

/** A step's whole input and output, and each attempt at it. */
export function StepDetails({ step, run }: { step: Step; run: RunView }) {
  return (
    <div className="step-body">
      {step.kind === "model"
        ? <ModelStep step={step} runId={run.id} message={messageOf(run, step)} />
        : <ToolStep runId={run.id} call={callOf(run, step)} />}
      <Attempts step={step} durationMs={callOf(run, step)?.durationMs} />
    </div>
  );
}

const messageOf = (run: RunView, { step }: Step) =>
  run.messages.findLast((m): m is AssistantMessage => m.role === "assistant" && m.step === step);

/** The call that a tool step makes: it is in the last answer before the step. */
export function callOf(run: RunView, { step, callId }: Step): ToolCall | undefined {
  if (callId === undefined) return undefined;
  const message = run.messages.findLast((m): m is AssistantMessage => m.role === "assistant" && m.step < step);
  return callsOf(message).find((c) => c.callId === callId);
}

// A run changes with every word that its model writes; these are drawn again only when their own step changes.
const ModelStep = memo(function ModelStep({ step, runId, message }: { step: Step; runId: string; message?: AssistantMessage }) {
  const calls = callsOf(message);
  return (
    <>
      <h3>Input: what the model saw</h3>
      <Context runId={runId} step={step.step} attempt={step.attempts.at(-1)?.attempt ?? 0} done={step.status === "completed"} />
      <h3>Output</h3>
      {message?.parts.length === 0 && <p className="note">{message.open ? "Not yet." : "None."}</p>}
      {message?.parts.map((p, i) => p.kind !== "tool" && (
        <LongText key={i} text={p.text} runId={runId}>{(text) => <pre className="json" tabIndex={0} aria-label={p.kind}>{text}</pre>}</LongText>
      ))}
      {calls.length > 0 && (
        <div className="calls">
          {calls.map((c) => (
            <details key={c.callId} open={calls.length < 3}>
              <summary>Calls <code>{c.tool}</code> at step {c.step}</summary>
              <Value value={c.arguments} label={`Arguments of ${c.tool}`} />
            </details>
          ))}
        </div>
      )}
      {step.usage && <Usage usage={step.usage} finishReason={step.finishReason} />}
    </>
  );
});

function Usage({ usage, finishReason }: { usage: NonNullable<Step["usage"]>; finishReason?: string }) {
  const { inputTokens, cachedTokens, outputTokens, reasoningTokens, cost } = usage;
  return (
    <p className="note">
      {count(inputTokens)} tokens in{cachedTokens ? ` (${count(cachedTokens)} cached)` : ""}, {count(outputTokens)} out
      {reasoningTokens ? ` (${count(reasoningTokens)} reasoning)` : ""}{cost !== undefined && `, ${costText(cost)}`}
      {finishReason && <>, ended with <code>{finishReason}</code></>}
    </p>
  );
}

const ToolStep = memo(function ToolStep({ runId, call }: { runId: string; call?: ToolCall }) {
  if (!call) return null;
  return (
    <>
      <h3>Input</h3>
      <Value value={call.arguments} label={`Arguments of ${call.tool}`} />
      {call.invalid && <p className="failure">{call.invalid}</p>}
      <h3>Output</h3>
      {call.result !== undefined
        ? <LongText text={call.result} runId={runId}>{(text) => <Value value={text} label={`Result of ${call.tool}`} />}</LongText>
        : call.error ? <p className="failure"><code>{call.error.code}</code> {call.error.message}</p>
        : <p className="note">Not yet.</p>}
      {call.decidedBy && <p className="note">Decided by {call.decidedBy === "on_unknown" ? "the tool's own rule" : call.decidedBy}.</p>}
    </>
  );
});
