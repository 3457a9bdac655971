import { useId, useState } from "react";
import type { Decision as Choice, ToolCall } from "@orleans-agents/client";
import { useCommand, useNow } from "../app/hooks.ts";
import { left } from "../app/words.ts";
import { useReason } from "../session/session.ts";
import { useCommands } from "./context.ts";

/** Asks what shall follow a call of which nobody knows whether it took effect. */
export function Decision({ call, runId }: { call: ToolCall; runId: string }) {
  const { resolve } = useCommands();
  const { busy: sending, failure, run } = useCommand();
  const refused = useReason("approve", "Deciding");
  const busy = sending || refused !== undefined;
  const [result, setResult] = useState("");
  const id = useId();
  const early = call.retryFrom !== undefined && Date.parse(call.retryFrom) > Date.now();
  const now = useNow(early);
  const wait = early && Date.parse(call.retryFrom!) > now;
  const decide = (decision: Choice) =>
    run(() => resolve(runId, call.callId, decision === "skip" && result.trim() ? { decision, result } : { decision }));
  return (
    <section className="decision" aria-labelledby={id}>
      <p id={id}>{call.question}</p>
      {refused && <p className="note">{refused}</p>}
      <label>
        <span>It happened: what it returned (optional)</span>
        <textarea rows={1} value={result} onChange={(e) => setResult(e.target.value)} placeholder="The model is told this as the result" />
      </label>
      <div className="row">
        <button type="button" disabled={busy} onClick={() => decide("skip")}>Skip: it is done</button>
        <button type="button" disabled={busy || wait} onClick={() => decide("retry")}>{wait ? `Retry ${left(call.retryFrom!, now)}` : "Retry the call"}</button>
        <button type="button" disabled={busy} onClick={() => decide("fail")}>Count it as failed</button>
      </div>
      {failure && <p className="failure" role="alert">{failure}</p>}
    </section>
  );
}
