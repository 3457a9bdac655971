import type { RunFact, RunView } from "@orleans-agents/client";

/** What becomes of a step at a moment. */
export type Phase = "queued" | "attempt" | "retry" | "decision" | "checking" | "end";

export interface Mark {
  at: number;
  phase: Phase;
}

/** A time; without an end it goes on. */
export interface Interval {
  from: number;
  to?: number;
}

/** Where the run stands from a moment on. */
export interface Standing {
  at: number;
  status: RunView["status"];
  reason?: string;
}

/**
 * The times of a run, from its events: when each step was due, tried, waited and ended, and when the run was paused.
 *
 * It grows in place, for a run has thousands of events; `RunView.head` says whether it has grown.
 */
export class Trace {
  readonly facts: RunFact[] = [];
  readonly marks = new Map<number, Mark[]>();
  readonly pauses: Interval[] = [];
  readonly standings: Standing[] = [];
  private readonly steps = new Map<string, number>();
  /** Since when the next model call may be made. */
  private due = 0;
  /** Since when the model is not asked, by any run. */
  private hold: number | undefined;

  /** @param run the run with this event folded in. */
  take(fact: RunFact, run: RunView): void {
    const at = Date.parse(fact.at);
    this.facts.push(fact);
    this.mark(fact, at);
    const last = this.standings.at(-1);
    if (last?.status !== run.status || last.reason !== run.reason) this.standings.push({ at, status: run.status, ...(run.reason ? { reason: run.reason } : {}) });
  }

  private mark(fact: RunFact, at: number): void {
    switch (fact.type) {
      case "run.created":
      case "run.started":
        this.due = at;
        return;
      case "run.waiting":
        if (fact.data.reason !== "timer") this.hold = at;
        return;
      case "run.paused":
        this.pauses.push({ from: at });
        return;
      case "run.resumed":
        return this.endPause(at);
      case "run.completed":
      case "run.failed":
      case "run.cancelled":
        this.endPause(at);
        for (const step of this.marks.keys()) this.end(step, at);
        return;
      case "model.started":
        if (!this.marks.has(fact.data.step)) this.set(fact.data.step, this.due, "queued");
        if (this.hold !== undefined) this.set(fact.data.step, this.hold, "retry");
        this.hold = undefined;
        return this.set(fact.data.step, at, "attempt");
      case "model.failed":
        return this.set(fact.data.step, at, fact.data.final ? "end" : "retry");
      case "model.completed":
        this.end(fact.data.step, at);
        fact.data.toolCalls.forEach(({ callId }, i) => {
          this.steps.set(callId, fact.data.step + 1 + i);
          this.set(fact.data.step + 1 + i, at, "queued");
        });
        return;
      case "tool.started":
        this.steps.set(fact.data.callId, fact.data.step);
        return this.set(fact.data.step, at, "attempt");
      case "tool.completed":
        return this.call(fact.data.callId, at, "end");
      case "tool.failed":
        return this.call(fact.data.callId, at, fact.data.willRetry ? "retry" : fact.data.outcome === "unknown" ? "decision" : "end");
      case "decision.requested":
        return this.call(fact.data.callId, at, "decision");
      case "decision.resolved":
        return this.call(fact.data.callId, at, fact.data.decision === "retry" ? "retry" : "end");
      case "tool.checking":
        return this.call(fact.data.callId, at, "checking");
      case "tool.checked":
        return this.call(fact.data.callId, at, fact.data.retryAt ? "retry" : "decision");
    }
  }

  private end(step: number, at: number) {
    if (this.marks.get(step)?.at(-1)?.phase !== "end") this.set(step, at, "end");
  }

  private call(callId: string, at: number, phase: Phase) {
    const step = this.steps.get(callId);
    if (step !== undefined) this.set(step, at, phase);
  }

  private set(step: number, at: number, phase: Phase) {
    const marks = this.marks.get(step);
    if (marks) marks.push({ at, phase });
    else this.marks.set(step, [{ at, phase }]);
    if (phase === "end") this.due = at;
  }

  private endPause(at: number) {
    const open = this.pauses.at(-1);
    if (open && open.to === undefined) open.to = at;
  }
}
