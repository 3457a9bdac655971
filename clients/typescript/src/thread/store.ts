import { backOff, pause } from "../backoff.js";
import { ProblemError } from "../problem.js";
import type { AgentsClient } from "../client.js";
import type { Connection } from "../watch/watch.js";
import { reduceThread } from "./reduce.js";
import { emptyThread, type ThreadView } from "./view.js";

export interface ThreadSnapshot {
  thread: ThreadView;
  connection: Connection;
  /** Why the thread cannot be watched, such as that it does not exist. */
  problem?: ProblemError;
}

export interface StoreOptions {
  /** Joins the changes of a moment into one; by default those of 16 ms. */
  schedule?: (notify: () => void) => void;
  backOff?: (n: number) => number;
}

/** A thread that keeps itself up to date while somebody looks. Made for `useSyncExternalStore`. */
export class ThreadStore {
  private readonly listeners = new Set<() => void>();
  private snapshot: ThreadSnapshot;
  private next: ThreadSnapshot;
  private cursor: string | undefined;
  private stop: AbortController | undefined;
  private scheduled = false;

  constructor(private readonly client: AgentsClient, readonly threadId: string, private readonly options: StoreOptions = {}) {
    this.snapshot = this.next = { thread: emptyThread(threadId), connection: "connecting" };
  }

  get = (): ThreadSnapshot => this.snapshot;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (!this.stop) {
      this.stop = new AbortController();
      void this.follow(this.stop.signal);
    }

    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) {
        this.stop?.abort();
        this.stop = undefined;
      }
    };
  };

  private async follow(signal: AbortSignal): Promise<void> {
    const { backOff: delay = backOff } = this.options;
    for (let holes = 0; !signal.aborted; holes++) {
      // A place that stays whole nowhere is left behind: everything is read from the start.
      if (holes > 3) this.anew();
      if (holes > 0) await pause(delay(holes - 1), signal);
      try {
        const progressed = await this.read(signal);
        holes = progressed ? 0 : holes;
      } catch (error) {
        if (!signal.aborted) this.show({ problem: error instanceof ProblemError ? error : new ProblemError(0, "failed", String(error)) });
        return;
      }
    }
  }

  /** Reads until a hole. True when something was folded before it. */
  private async read(signal: AbortSignal): Promise<boolean> {
    const one = new AbortController();
    const both = AbortSignal.any([signal, one.signal]);
    const onConnection = (connection: Connection) => {
      if (connection !== this.next.connection) this.show({ connection });
    };
    let progressed = false;
    try {
      for await (const { cursor, event } of this.client.watchThread(this.threadId, { cursor: this.cursor, signal: both, onConnection, backOff: this.options.backOff })) {
        if (signal.aborted) break;
        if (event.type === "gap") {
          this.anew();
          return progressed;
        }

        const thread = reduceThread(this.next.thread, event);
        if (thread.missing) return progressed;
        progressed ||= thread !== this.next.thread;
        this.cursor = cursor;
        if (thread !== this.next.thread) this.show({ thread, problem: undefined });
      }
    } finally {
      one.abort();
    }

    return progressed;
  }

  private anew() {
    this.cursor = undefined;
    this.next = { ...this.next, thread: emptyThread(this.threadId) };
  }

  private show(change: Partial<ThreadSnapshot>) {
    this.next = { ...this.next, ...change };
    if (this.scheduled) return;
    this.scheduled = true;
    (this.options.schedule ?? ((notify) => setTimeout(notify, 16)))(() => {
      this.scheduled = false;
      this.snapshot = this.next;
      this.listeners.forEach((listener) => listener());
    });
  }
}
