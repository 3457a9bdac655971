import { useMemo, useSyncExternalStore } from "react";
import type { AgentsClient, Feedback, Posted, ThreadChange, WhenBusy } from "../client.js";
import type { PauseMode, Receipt } from "../generated/openapi.js";
import type { Decision } from "../run/view.js";
import { ThreadStore, type StoreOptions, type ThreadSnapshot } from "../thread/store.js";

/** What can be done to a thread and its runs. */
export interface ThreadCommands {
  /** The first message makes the thread. Sent again after a failure, the same `key` keeps it one message. */
  send(input: string, options?: { agent?: string; whenBusy?: WhenBusy; key?: string }): Promise<Posted>;
  /** Says something to a run at work: its next model call sees it, or the present one is cut for it. */
  message(runId: string, input: string, options?: { delivery?: "steer" | "interrupt"; key?: string }): Promise<Receipt>;
  editQueued(messageId: string, input: string): Promise<Receipt>;
  removeQueued(messageId: string): Promise<Receipt>;
  change(change: ThreadChange): Promise<Receipt>;
  pause(runId: string, mode?: PauseMode): Promise<Receipt>;
  resume(runId: string): Promise<Receipt>;
  retry(runId: string): Promise<Receipt>;
  cancel(runId: string, reason?: string): Promise<Receipt>;
  resolve(runId: string, callId: string, answer: { decision: Decision; result?: string }): Promise<Receipt>;
  giveFeedback(runId: string, feedback: Feedback): Promise<Receipt>;
}

export interface UseThread extends ThreadSnapshot, ThreadCommands {
  /** Tries at once instead of after the pause, and again after the connection was stopped. */
  reconnect(): void;
}

const keyed = (key: string | undefined) => (key === undefined ? {} : { key });

/**
 * A thread, live, with its commands. The same for every tab and after every reload: it is folded from the events alone.
 * An id that is new is `idle` until its first message was sent.
 */
export function useThread(client: AgentsClient, threadId: string, options?: StoreOptions): UseThread {
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const store = useMemo(() => new ThreadStore(client, threadId, options), [client, threadId]);
  const snapshot = useSyncExternalStore(store.subscribe, store.get, store.get);
  const commands = useThreadCommands(client, threadId);
  return useMemo(() => ({ ...snapshot, ...commands, reconnect: store.reconnect }), [snapshot, commands, store]);
}

/** The commands alone: the same object while the thread is the same, so that what only acts is not drawn again with each word. */
export function useThreadCommands(client: AgentsClient, threadId: string): ThreadCommands {
  return useMemo(
    () => ({
      send: (input, { key, ...message } = {}) => client.postMessage(threadId, { input, ...message }, keyed(key)),
      message: (runId, input, { key, ...message } = {}) => client.messageRun(runId, { input, ...message }, keyed(key)),
      editQueued: (messageId, input) => client.editQueued(threadId, messageId, input),
      removeQueued: (messageId) => client.removeQueued(threadId, messageId),
      change: (change) => client.changeThread(threadId, change),
      pause: (runId, mode) => client.pause(runId, mode),
      resume: (runId) => client.resume(runId),
      retry: (runId) => client.retry(runId),
      cancel: (runId, reason) => client.cancel(runId, reason),
      resolve: (runId, callId, answer) => client.resolve(runId, callId, answer),
      giveFeedback: (runId, feedback) => client.giveFeedback(runId, feedback),
    }),
    [client, threadId],
  );
}
