import { backOff, pause } from "../backoff.js";
import type { ThreadEvent } from "../events.js";
import type { RunSummary } from "../generated/openapi.js";
import { ProblemError } from "../problem.js";
import type { AgentsClient } from "../client.js";
import { stopReason, type Connection } from "../watch/connection.js";
import { reduceThread } from "./reduce.js";
import { emptyThread, type ThreadView } from "./view.js";

export interface ThreadSnapshot {
  thread: ThreadView;
  connection: Connection;
  /** Why the thread is not watched any longer, such as that it was deleted. */
  problem?: ProblemError;
}

export interface StoreOptions {
  /** Joins the changes of a moment into one; by default those of 16 ms. `isText`: only text was added, which may be shown later than anything else. */
  schedule?: (notify: () => void, isText: boolean) => void;
  backOff?: (n: number) => number;
}

/** A thread that keeps itself up to date while somebody looks. Made for `useSyncExternalStore`. */
export class ThreadStore {
  private readonly listeners = new Set<() => void>();
  private snapshot: ThreadSnapshot;
  private next: ThreadSnapshot;
  private cursor: string | undefined;
  private stop: AbortController | undefined;
  private scheduled: "text" | "all" | undefined;
  /** Messages that may have reached the thread. */
  private posts = 0;
  private posted = () => {};

  constructor(private readonly client: AgentsClient, readonly threadId: string, private readonly options: StoreOptions = {}) {
    this.snapshot = this.next = { thread: emptyThread(threadId), connection: { state: "connecting" } };
  }

  get = (): ThreadSnapshot => this.snapshot;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (!this.stop) this.start();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) {
        this.stop?.abort();
        this.stop = undefined;
      }
    };
  };

  /** Tries at once instead of after the pause, and again after it was stopped. */
  reconnect = () => {
    if (!this.stop) return;
    this.stop.abort();
    this.show({ problem: undefined });
    this.start();
  };

  private start() {
    this.stop = new AbortController();
    const { signal } = this.stop;
    const off = this.client.onThreadChange((threadId, gone) => {
      if (threadId !== this.threadId || gone) return;
      this.posts++;
      this.posted();
    });
    signal.addEventListener("abort", off);
    signal.addEventListener("abort", this.client.onRunChange((run) => void this.readOn(run, signal)));
    void this.follow(signal);
  }

  /** The thread's stream has a run up to its end. What follows that, which is feedback, is read where a list of runs tells of it. */
  private async readOn({ id, head }: RunSummary, signal: AbortSignal): Promise<void> {
    const known = this.next.thread.turns.find((t) => t.runId === id)?.run;
    if (!known?.endedAt || known.head === 0 || known.head >= head) return;
    try {
      const { items } = await this.client.events(id, { after: known.head, limit: 500 }, signal);
      const thread = items.reduce<ThreadView>((view, event) => reduceThread(view, event as ThreadEvent), this.next.thread);
      if (!signal.aborted && !thread.missing) this.show({ thread });
    } catch {
      // Whoever opens the thread again has it.
    }
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { backOff: delay = (n: number) => backOff(n, 250, 60_000) } = this.options;
    let place: string | undefined;
    for (let holes = 0; !signal.aborted; holes++) {
      if (holes > 0) {
        const ms = delay(holes - 1);
        if (holes > 1) this.show({ connection: { state: "away", reason: "incomplete", retryAt: Date.now() + ms } });
        await pause(ms, signal);
      }
      // Once for a hole: the places before it may be at fault. It is read from the start in vain where the journal itself has it.
      if (holes === 4) this.anew();
      const { posts } = this;
      try {
        await this.read(signal);
        if (this.cursor !== place) holes = 0;
        place = this.cursor;
      } catch (error) {
        if (signal.aborted) return;
        const problem = error instanceof ProblemError ? error : new ProblemError(0, "failed", String(error));
        if (stopReason(problem) === "gone") this.client.tellChange(this.threadId, true);
        if (problem.status !== 404 || this.next.thread.head > 0) return this.show({ problem, connection: { state: "stopped", reason: stopReason(problem) } });
        this.show({ connection: { state: "idle" } });
        await this.existence(posts, signal);
        holes = -1;
      }
    }
  }

  /** Waits until a message may have made the thread; one that was sent since `posts` was read may have already. */
  private async existence(posts: number, signal: AbortSignal): Promise<void> {
    while (this.posts === posts && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.posted = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  /** Reads until a hole. */
  private async read(signal: AbortSignal): Promise<void> {
    const one = new AbortController();
    const both = AbortSignal.any([signal, one.signal]);
    const onConnection = (connection: Connection) => {
      if (!both.aborted) this.show({ connection });
    };
    try {
      for await (const { cursor, event } of this.client.watchThread(this.threadId, { cursor: this.cursor, signal: both, onConnection, backOff: this.options.backOff })) {
        if (signal.aborted) break;
        if (event.type === "gap") return this.anew();

        const thread = reduceThread(this.next.thread, event);
        if (thread.missing) return;
        this.cursor = cursor;
        if (thread !== this.next.thread) this.show({ thread, problem: undefined }, event.type === "model.delta");
      }
    } finally {
      one.abort();
    }
  }

  private anew() {
    this.cursor = undefined;
    this.next = { ...this.next, thread: emptyThread(this.threadId) };
  }

  private show(change: Partial<ThreadSnapshot>, isText = false) {
    this.next = { ...this.next, ...change };
    if (this.scheduled === "all" || (this.scheduled && isText)) return;
    this.scheduled = isText ? "text" : "all";
    (this.options.schedule ?? ((notify) => setTimeout(notify, 16)))(this.notify, isText);
  }

  private notify = () => {
    // Text that was scheduled has been shown with something that came after it.
    if (!this.scheduled) return;
    this.scheduled = undefined;
    this.snapshot = this.next;
    this.listeners.forEach((listener) => listener());
  };
}
