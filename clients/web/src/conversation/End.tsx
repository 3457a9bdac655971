import { previewOf, type RunView } from "@orleans-agents/client";
import { between, count, stateOf } from "../app/words.ts";
import { callsOfKind } from "../steps/counts.ts";
import { answerOf } from "./asMarkdown.ts";
import { Copy } from "../content/Copy.tsx";
import { Feedback } from "./Feedback.tsx";
import { Sources } from "./Sources.tsx";
import { StateLine } from "./RunState.tsx";

/** What came of a run, what that took, and what a person can do with its answer. */
export function End({ run }: { run: RunView }) {
  const state = stateOf(run, 0);
  const written = run.messages.some((m) => m.role === "assistant" && m.parts.some((p) => p.kind === "text" && previewOf(p.text) !== ""));
  const { inputTokens, outputTokens } = run.usage;
  const { calls } = callsOfKind(run.steps, "tool");
  return (
    <div className="end">
      {written && <Sources run={run} />}
      {state && <StateLine state={state} />}
      <div className="row">
        {written && <Copy what="answer" title="Copy answer as Markdown" text={() => answerOf(run)} />}
        {written && <Feedback run={run} />}
        {!state && (
          <span className="spent">
            {[between(run.createdAt, run.endedAt), `${count(inputTokens + outputTokens)} tokens`, calls > 0 ? `${count(calls)} tool ${calls === 1 ? "call" : "calls"}` : undefined]
              .filter(Boolean).join(" · ")}
          </span>
        )}
      </div>
    </div>
  );
}
