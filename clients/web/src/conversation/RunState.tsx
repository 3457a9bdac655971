import type { RunView } from "@orleans-agents/client";
import { between, count, stateOf } from "../app/words.ts";
import { useNow } from "../app/hooks.ts";

/** What the run does or waits for, in words; when it has answered, what that took. */
export function RunState({ run }: { run: RunView }) {
  const now = useNow(run.until !== undefined);
  const state = stateOf(run, now);
  return (
    <div className={`run-state ${state?.tone ?? "done"}`}>
      <div role="status">
        {state ? (
          <>
            <span className={`dot ${state.tone}`} aria-hidden="true" />
            <strong>{state.title}</strong>
            {state.detail && <span className="why">{state.detail}</span>}
          </>
        ) : (
          <span className="spent">
            {[
              between(run.createdAt, run.endedAt),
              `${count(run.usage.inputTokens + run.usage.outputTokens)} tokens`,
              run.usage.toolCalls > 0 ? `${run.usage.toolCalls} tool ${run.usage.toolCalls === 1 ? "call" : "calls"}` : undefined,
            ].filter(Boolean).join(" · ")}
            <span className="unseen">Answered.</span>
          </span>
        )}
      </div>
    </div>
  );
}
