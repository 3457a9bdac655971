import { backOff, emptyRun, isGap, pause, ProblemError, reduce, type AgentsClient, type Connection, type RunEvent, type RunFact, type RunView } from "@orleans-agents/client";
import { Trace } from "./trace.ts";

export interface RunSnapshot {
  run: RunView;
  /** Grows in place: `run.head` says how far. */
  trace: Trace;
  connection: Connection;
  /** Why the run cannot be watched, such as that it does not exist. */
  problem?: ProblemError;
}

/** The changes of a moment are shown as one: a page of thousands of events follows a stream without falling behind it. */
const Moment = 80;

/** A run with its events and their times, live while somebody looks. Made for `useSyncExternalStore`. */
export class RunStore {
  private readonly listeners = new Set<() => void>();
  private snapshot: RunSnapshot;
  private next: RunSnapshot;
  private cursor: string | undefined;
  private stop: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: Pick<AgentsClient, "watchRun" | "events">, readonly runId: string) {
    this.snapshot = this.next = { run: emptyRun(runId), trace: new Trace(), connection: { state: "connecting" } };
  }

  get = (): RunSnapshot => this.snapshot;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (!this.stop) {
      this.stop = new AbortController();
      void this.follow(this.stop.signal);
    }

    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.stop?.abort();
      this.stop = undefined;
    };
  };

  private async follow(signal: AbortSignal): Promise<void> {
    /** The furthest place so far: what is read again after a new beginning is no progress. */
    let best = 0;
    for (let holes = 0; !signal.aborted; holes++) {
      try {
        if (holes === 5) throw new Error("Its events cannot be read without holes.");
        const { head } = this.next.run;
        if (await this.read(signal) && this.next.run.head > Math.max(best, head)) [holes, best] = [-1, this.next.run.head];
        else if (!signal.aborted && this.next.run.fold.ended) return await this.readAfterEnd(signal);
      } catch (error) {
        if (!signal.aborted) this.show({ problem: error instanceof ProblemError ? error : new ProblemError(0, "failed", String(error)) });
        return;
      }
      if (holes >= 0) await pause(backOff(holes), signal);
      // A place that stays whole nowhere is left behind: everything is read from the start.
      if (holes === 3) this.anew();
    }
  }

  /** Reads until the end or a hole. True when there is a hole and something was folded before it. */
  private async read(signal: AbortSignal): Promise<boolean> {
    const one = new AbortController();
    const both = AbortSignal.any([signal, one.signal]);
    const onConnection = (connection: Connection) => this.show({ connection });
    let progressed = false;
    try {
      for await (const { cursor, event } of this.client.watchRun(this.runId, { cursor: this.cursor, signal: both, onConnection })) {
        if (signal.aborted) return false;
        if (isGap(event)) {
          this.anew();
          return false;
        }

        const before = this.next.run;
        if (!this.take(event as RunEvent)) return progressed;
        this.cursor = cursor;
        progressed ||= this.next.run !== before;
      }
    } finally {
      one.abort();
    }

    return false;
  }

  /** What is recorded behind its end, such as what somebody thinks of the answer: a stream ends before it. */
  private async readAfterEnd(signal: AbortSignal): Promise<void> {
    for (;;) {
      const { items } = await this.client.events(this.runId, { after: this.next.run.head, limit: 500 }, signal);
      if (items.length === 0 || !items.every((event) => this.take(event as RunEvent))) return;
    }
  }

  /** False for an event that does not follow the last one. */
  private take(event: RunEvent): boolean {
    const { run: before, trace } = this.next;
    const run = reduce(before, event);
    if (run.missing) return false;
    if (run === before) return true;
    if (run.head !== before.head) trace.take(event as RunFact, run);
    this.show({ run });
    return true;
  }

  private anew() {
    this.cursor = undefined;
    this.next = { ...this.next, run: emptyRun(this.runId), trace: new Trace() };
  }

  private show(change: Partial<RunSnapshot>) {
    this.next = { ...this.next, ...change };
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.snapshot = this.next;
      this.listeners.forEach((listener) => listener());
    }, Moment);
  }
}
