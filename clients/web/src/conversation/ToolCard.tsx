import { memo } from "react";
import type { ToolCall } from "@orleans-agents/client";
import { duration, left } from "../app/words.ts";
import { useNow } from "../app/hooks.ts";
import { Checked } from "./Checked.tsx";
import { Decision } from "./Decision.tsx";
import { Json } from "./Json.tsx";
import { LongText } from "./LongText.tsx";

const Words: Record<ToolCall["phase"], string> = {
  planned: "next",
  running: "running",
  retrying: "tried again",
  unknown: "outcome unknown",
  checking: "outcome looked up",
  deciding: "needs your decision",
  completed: "done",
  failed: "failed",
  skipped: "skipped",
};

/** A tool call: closed it is one line, open it shows what went in and what came out. */
export const ToolCard = memo(function ToolCard({ call, runId }: { call: ToolCall; runId: string }) {
  const asking = call.phase === "deciding";
  return (
    <div className={`tool ${call.phase}`}>
      <details open={asking || undefined}>
        <summary>
          <span className={`dot ${toneOf(call)}`} aria-hidden="true" />
          <code className="name">{call.tool}</code>
          <span className="hint">{hintOf(call.arguments)}</span>
          <Outcome call={call} />
        </summary>
        <div className="body">
          <h4>Arguments</h4>
          <Json value={call.arguments} label={`Arguments of ${call.tool}`} />
          {call.invalid && <p className="failure">{call.invalid}</p>}
          {call.error && call.phase !== "completed" && (
            <p className="failure"><code>{call.error.code}</code> {call.error.message}</p>
          )}
          {call.result !== undefined && (
            <>
              <h4>Result</h4>
              <LongText text={call.result} runId={runId}>{(text) => <Json value={text} label={`Result of ${call.tool}`} />}</LongText>
            </>
          )}
          {call.check && <Checked check={call.check} />}
          {call.decidedBy && <p className="note">Decided by {call.decidedBy === "on_unknown" ? "the tool's own rule" : call.decidedBy}.</p>}
        </div>
      </details>
      {asking && <Decision call={call} runId={runId} />}
    </div>
  );
});

function Outcome({ call }: { call: ToolCall }) {
  const now = useNow(call.phase === "running" || waits(call));
  const running = call.startedAt && now - Date.parse(call.startedAt);
  const time =
    call.durationMs !== undefined ? duration(call.durationMs)
    : call.phase === "running" && running && running > 1000 ? duration(Math.floor(running / 1000) * 1000).replace(".0", "")
    : waits(call) ? left(call.retryAt!, now)
    : undefined;
  return (
    <span className="outcome">
      {call.attempt > 1 && <span className="attempt">attempt {call.attempt}</span>}
      <span>{Words[call.phase]}</span>
      {time && <span className="time">{time}</span>}
    </span>
  );
}

const waits = ({ phase, retryAt }: ToolCall) => retryAt !== undefined && (phase === "retrying" || phase === "unknown");

const toneOf = (call: ToolCall) =>
  ({ planned: "off", running: "work", retrying: "hold", unknown: "ask", checking: "work", deciding: "ask", completed: "done", failed: "bad", skipped: "off" })[call.phase];

/** The first short argument says most about a call. */
function hintOf(args: unknown): string {
  if (typeof args !== "object" || args === null) return "";
  const first = Object.values(args).find((v) => typeof v === "string" || typeof v === "number");
  return first === undefined ? "" : String(first).slice(0, 120);
}
