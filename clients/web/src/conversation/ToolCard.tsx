import { memo } from "react";
import type { ToolCall } from "@orleans-agents/client";
import { left } from "../app/words.ts";
import { useNow } from "../app/hooks.ts";
import { LongText } from "../content/LongText.tsx";
import { Value } from "../content/Value.tsx";
import { attemptTime, timeText } from "../steps/clock.ts";
import { Checked } from "./Checked.tsx";
import { Decision } from "./Decision.tsx";
import { Fields, tellingOf } from "./Fields.tsx";
import { Fold } from "./Fold.tsx";

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

/** So long a call runs before what went in is shown without asking for it: most are over by then. */
const patience = 2000;

/** A tool call: closed it is one line, open it shows what went in and what came out. */
export const ToolCard = memo(function ToolCard({ call, runId }: { call: ToolCall; runId: string }) {
  const asking = call.phase === "deciding";
  const now = useNow(call.phase === "running" || waits(call));
  const slow = call.phase === "running" && call.startedAt !== undefined && now - Date.parse(call.startedAt) > patience;
  return (
    <div className={`tool ${call.phase}`}>
      <Fold
        open={asking || slow || call.phase === "failed" || call.phase === "unknown"}
        summary={
          <>
            <span className={`dot ${toneOf(call)}`} aria-hidden="true" />
            <code className="name">{call.tool}</code>
            <span className="hint">{tellingOf(call.arguments)}</span>
            <Outcome call={call} now={now} />
          </>
        }
      >
        {() => <Body call={call} runId={runId} />}
      </Fold>
      {asking && <Decision call={call} runId={runId} />}
    </div>
  );
});

function Body({ call, runId }: { call: ToolCall; runId: string }) {
  return (
    <div className="body">
      <Fields value={call.arguments} label={`Arguments of ${call.tool}`} />
      {call.invalid && <p className="failure">{call.invalid}</p>}
      {call.error && call.phase !== "completed" && <p className="failure"><code>{call.error.code}</code> {call.error.message}</p>}
      {call.result !== undefined && (
        <>
          <p className="part">Result</p>
          <LongText text={call.result} runId={runId}>{(text) => <Value value={text} label={`Result of ${call.tool}`} />}</LongText>
        </>
      )}
      {call.check && <Checked check={call.check} />}
      {call.decidedBy && <p className="note">Decided by {call.decidedBy === "on_unknown" ? "the tool's own rule" : call.decidedBy}.</p>}
    </div>
  );
}

function Outcome({ call, now }: { call: ToolCall; now: number }) {
  const { startedAt, endedAt } = call;
  const took = startedAt === undefined ? undefined : attemptTime({ startedAt, endedAt }, now);
  const time =
    waits(call) ? left(call.retryAt!, now)
    : took === undefined || call.phase === "skipped" ? undefined
    : endedAt !== undefined ? timeText(took)
    : call.phase === "running" && took > 1000 ? timeText(took, true)
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
