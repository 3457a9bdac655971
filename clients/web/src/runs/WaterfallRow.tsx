import { memo } from "react";
import type { RunView, Step } from "@orleans-agents/client";
import { standingOf } from "../app/words.ts";
import { isOpen, stepTime, timeText } from "../steps/clock.ts";
import { toneOfStep } from "../steps/tone.ts";
import { pathOf, Width, type Range } from "./scale.ts";
import { Kinds, nameOfKind, segmentsOf, standingSegments, sumsOf, type Segment } from "./segments.ts";
import type { Standing, Trace } from "./trace.ts";

interface Common {
  now: number;
  range: Range;
  /** The lines of the scale, as a path. */
  lines: string;
}

export function RunRow({ run, standings, now, range, lines }: Common & { run: RunView; standings: Standing[] }) {
  const { tone } = standingOf(run);
  const ended = run.endedAt !== undefined;
  const ms = (ended ? Date.parse(run.endedAt!) : now) - Date.parse(run.createdAt);
  return (
    <>
      <span className="cell">
        <span className={`dot ${tone}`} aria-hidden="true" />
        <span className="what run">{run.agent}</span>
        <span className="unseen">{run.status}</span>
        <span className="facts">{timeText(ms, !ended)}</span>
      </span>
      <Bar segments={standingSegments(standings, now)} range={range} lines={lines} />
    </>
  );
}

/** @param props.head the newest event: the trace grows in place. */
export const StepRow = memo(function StepRow({ step, trace, now, range, lines }: Common & { step: Step; trace: Trace; head: number }) {
  const time = stepTime(step, now);
  return (
    <>
      <span className="cell">
        <span className={`dot ${toneOfStep(step.status)}`} aria-hidden="true" />
        <span className="number">{step.step}</span>
        <span className="what">{step.kind === "model" ? "Model" : <code>{step.tool}</code>}</span>
        <span className="unseen">{step.status}</span>
        <span className="facts">
          {step.attempts.length > 1 && <span className="again" title={`${step.attempts.length} attempts`}>×{step.attempts.length}<span className="unseen"> attempts</span></span>}
          <span>{time === undefined ? step.status : timeText(time, isOpen(step))}</span>
        </span>
      </span>
      <Bar segments={segmentsOf(step, trace.marks.get(step.step) ?? [], trace.pauses, now)} range={range} lines={lines} />
    </>
  );
});

/** Attempts and waits in their places. One path for each kind, whatever number there is. */
function Bar({ segments, range, lines }: { segments: Segment[]; range: Range; lines: string }) {
  const title = sumsOf(segments).map(({ kind, ms }) => `${nameOfKind(kind)}: ${timeText(ms)}`).join("\n");
  return (
    <span className="track" title={title}>
      <svg className="run-bar-svg" viewBox={`0 0 ${Width} 1`} preserveAspectRatio="none" aria-hidden="true">
        <path className="line" d={lines} />
        {Kinds.map(({ kind }) => {
          const of = segments.filter((s) => s.kind === kind);
          const wait = kind === "queued" || kind === "retry" || kind === "decision" || kind === "paused";
          return of.length > 0 && <path key={kind} className={`bar-piece ${kind}`} d={pathOf(of, range, wait ? 0.38 : 0.2, wait ? 0.24 : 0.6)} />;
        })}
      </svg>
    </span>
  );
}
