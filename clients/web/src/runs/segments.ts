import type { Step } from "@orleans-agents/client";
import type { Interval, Mark, Phase, Standing } from "./trace.ts";

/** What a piece of a bar shows: an attempt by its outcome, or a wait by its reason. */
export type Kind = "done" | "failed" | "running" | "checking" | "queued" | "retry" | "decision" | "paused";

export interface Segment {
  kind: Kind;
  from: number;
  to: number;
}

/** Every kind with its name, as in the legend. */
export const Kinds: { kind: Kind; name: string }[] = [
  { kind: "done", name: "Attempt" },
  { kind: "failed", name: "Failed attempt" },
  { kind: "running", name: "Running" },
  { kind: "checking", name: "Outcome looked up" },
  { kind: "queued", name: "Queued" },
  { kind: "retry", name: "Waits for a retry" },
  { kind: "decision", name: "Waits for a decision" },
  { kind: "paused", name: "Paused" },
];

export const nameOfKind = (kind: Kind) => Kinds.find((k) => k.kind === kind)!.name;

/** A step's bar: its attempts and the waits before and between them. */
export function segmentsOf(step: Step, marks: Mark[], pauses: Interval[], now: number): Segment[] {
  const segments: Segment[] = [];
  let attempt = 0;
  marks.forEach(({ at, phase }, i) => {
    if (phase === "end") return;
    const to = marks[i + 1]?.at ?? Math.max(now, at);
    if (phase === "attempt") segments.push({ kind: kindOf(step.attempts[attempt++]?.outcome), from: at, to });
    else if (phase === "checking") segments.push({ kind: "checking", from: at, to });
    else segments.push(...waits(phase, at, to, pauses, now));
  });
  return segments;
}

const kindOf = (outcome: string | undefined): Kind => (outcome === "completed" ? "done" : outcome === "running" || outcome === undefined ? "running" : "failed");

/** A wait, with what the run was paused of it in its own kind. */
function waits(phase: Exclude<Phase, "attempt" | "checking" | "end">, from: number, to: number, pauses: Interval[], now: number): Segment[] {
  const segments: Segment[] = [];
  let at = from;
  for (const pause of pauses) {
    const [begin, end] = [Math.max(pause.from, at), Math.min(pause.to ?? now, to)];
    if (end <= begin) continue;
    if (begin > at) segments.push({ kind: phase, from: at, to: begin });
    segments.push({ kind: "paused", from: begin, to: end });
    at = end;
  }
  if (to > at) segments.push({ kind: phase, from: at, to });
  return segments;
}

/** The bar of the run itself. */
export function standingSegments(standings: Standing[], now: number): Segment[] {
  const kinds: Record<Standing["status"], Kind | undefined> = {
    queued: "queued", running: "running", waiting: "retry", paused: "paused", completed: undefined, failed: undefined, cancelled: undefined,
  };
  return standings.flatMap(({ at, status, reason }, i) => {
    const kind = status === "waiting" && reason === "decision" ? "decision" : kinds[status];
    return kind ? [{ kind: kind === "running" && i < standings.length - 1 ? "done" : kind, from: at, to: standings[i + 1]?.at ?? Math.max(now, at) }] : [];
  });
}

/** Milliseconds of each kind, the longest first. */
export function sumsOf(segments: Segment[]): { kind: Kind; ms: number }[] {
  const sums = new Map<Kind, number>();
  for (const { kind, from, to } of segments) sums.set(kind, (sums.get(kind) ?? 0) + to - from);
  return [...sums].map(([kind, ms]) => ({ kind, ms })).sort((a, b) => b.ms - a.ms);
}
