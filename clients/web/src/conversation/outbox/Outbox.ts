import { mayPass, newCommandId } from "@orleans-agents/client";
import { wordsOf } from "../../app/hooks.ts";
import { forget, isForgotten, keep, kept, type Unsent } from "./kept.ts";

export interface Sending extends Unsent {
  /** `sending`: asked for. `away`: the service cannot be reached, it is tried again. `sent`: taken, and not seen yet. `refused`: see `failure`. */
  state: "sending" | "away" | "sent" | "refused";
  failure?: string;
  /** The event with which it is seen: the run's of an interruption, else the thread's. */
  seq?: number;
}

export interface OutboxOptions {
  /** Sends it once; the seq of the event that it made. */
  post: (message: Unsent, signal: AbortSignal) => Promise<number>;
  /** Waits before the next try, after `n` have failed. */
  wait: (n: number, signal: AbortSignal) => Promise<void>;
}

/** Sends what a person wrote, one after the other in each conversation, until the service has it. */
export class Outbox {
  private list: readonly Sending[] = [];
  private user: string | undefined;
  private readonly listeners = new Set<() => void>();
  /** The message that each conversation is just sending. */
  private readonly busy = new Map<string, { key: string; stop: AbortController }>();
  /** Those that storage has: once they are gone from it, another tab has sent them or taken them back. */
  private readonly stored = new Set<string>();

  constructor(private readonly options: OutboxOptions) {}

  get = (): readonly Sending[] => this.list;

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  /** Goes on with what this person left unsent. */
  open(user: string): void {
    if (this.user === user) return;
    this.user = user;
    const left = kept(user);
    for (const { key } of left) this.stored.add(key);
    this.show([...this.list, ...left.map((m): Sending => ({ ...m, state: "sending" }))]);
    for (const { threadId } of left) void this.send(threadId);
  }

  add(message: Omit<Unsent, "key">): void {
    const unsent: Unsent = { ...message, key: newCommandId() };
    if (this.user !== undefined && keep(this.user, unsent)) this.stored.add(unsent.key);
    this.show([...this.list, { ...unsent, state: "sending" }]);
    void this.send(message.threadId);
  }

  /** Takes a message back. One that is on its way at this moment may still arrive. */
  cancel(key: string): void {
    this.forget(key);
    for (const sending of this.busy.values()) if (sending.key === key) sending.stop.abort();
    this.remove(key);
  }

  /** It is no longer shown from here: the conversation shows it, or nobody wants it. */
  remove(key: string): void {
    this.show(this.list.filter((m) => m.key !== key));
  }

  private async send(threadId: string): Promise<void> {
    if (this.busy.has(threadId)) return;
    for (;;) {
      const next = this.list.find((m) => m.threadId === threadId && (m.state === "sending" || m.state === "away"));
      if (!next) break;
      const stop = new AbortController();
      this.busy.set(threadId, { key: next.key, stop });
      await this.deliver(next, stop.signal);
    }
    this.busy.delete(threadId);
  }

  private async deliver(message: Sending, signal: AbortSignal): Promise<void> {
    for (let n = 0; !signal.aborted; n++) {
      if (this.isGone(message.key)) return this.remove(message.key);
      try {
        const seq = await this.options.post(message, signal);
        this.forget(message.key);
        return this.change(message.key, { state: "sent", seq });
      } catch (error) {
        if (signal.aborted) return;
        if (!mayPass(error)) {
          this.forget(message.key);
          return this.change(message.key, { state: "refused", failure: wordsOf(error) });
        }
      }
      this.change(message.key, { state: "away" });
      await this.options.wait(n, signal);
    }
  }

  private isGone(key: string): boolean {
    return this.user !== undefined && this.stored.has(key) && isForgotten(this.user, key);
  }

  private forget(key: string) {
    if (this.user !== undefined && this.stored.delete(key)) forget(this.user, key);
  }

  private change(key: string, change: Partial<Sending>) {
    this.show(this.list.map((m) => (m.key === key ? { ...m, ...change } : m)));
  }

  private show(list: readonly Sending[]) {
    this.list = list;
    this.listeners.forEach((listener) => listener());
  }
}
