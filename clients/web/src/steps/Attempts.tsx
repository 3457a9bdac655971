import type { Attempt, Step } from "@orleans-agents/client";
import { useNow } from "../app/hooks.ts";
import { exactly } from "../app/words.ts";
import { attemptTime, isOpen, timeText } from "./clock.ts";

const Words: Record<string, string> = { retrying: "failed", deciding: "outcome unknown" };

/** Each attempt at a step: how it ended, how long it took, and why it failed. */
export function Attempts({ step, durationMs }: { step: Step; durationMs?: number }) {
  const now = useNow(isOpen(step));
  return (
    <>
      <h3>Attempts</h3>
      {step.attempts.length === 0 && <p className="note">Never started.</p>}
      <ol className="attempts">
        {step.attempts.map((a) => <Row key={a.attempt} attempt={a} now={now} />)}
      </ol>
      {durationMs !== undefined && <p className="note">The tool itself took {timeText(durationMs)} of it.</p>}
    </>
  );
}

function Row({ attempt, now }: { attempt: Attempt; now: number }) {
  const { attempt: number, outcome, startedAt, endedAt, error } = attempt;
  return (
    <li>
      <span>{number}</span> <span>{Words[outcome] ?? outcome}</span>{" "}
      <time dateTime={startedAt} title={exactly(startedAt)}>{timeText(attemptTime(attempt, now), endedAt === undefined)}</time>
      {error && <p className="failure"><code>{error.code}</code> {error.message}</p>}
    </li>
  );
}
