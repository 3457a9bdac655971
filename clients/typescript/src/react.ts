import { useMemo, useSyncExternalStore } from "react";
import type { AgentsClient, Posted, WhenBusy } from "./client.js";
import type { PauseMode, Receipt } from "./generated/openapi.js";
import type { Decision } from "./run/view.js";
import { ThreadStore, type StoreOptions, type ThreadSnapshot } from "./thread/store.js";

export interface UseThread extends ThreadSnapshot {
  send(input: string, options?: { agent?: string; whenBusy?: WhenBusy; key?: string }): Promise<Posted>;
  pause(runId: string, mode?: PauseMode): Promise<Receipt>;
  resume(runId: string): Promise<Receipt>;
  retry(runId: string): Promise<Receipt>;
  cancel(runId: string, reason?: string): Promise<Receipt>;
  resolve(runId: string, callId: string, answer: { decision: Decision; result?: string }): Promise<Receipt>;
}

/** A thread, live, with its commands. The same for every tab and after every reload: it is folded from the events alone. */
export function useThread(client: AgentsClient, threadId: string, options?: StoreOptions): UseThread {
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const store = useMemo(() => new ThreadStore(client, threadId, options), [client, threadId]);
  const snapshot = useSyncExternalStore(store.subscribe, store.get, store.get);
  const commands = useMemo(
    () => ({
      send: (input: string, { key, ...message }: { agent?: string; whenBusy?: WhenBusy; key?: string } = {}) =>
        client.postMessage(threadId, { input, ...message }, key === undefined ? {} : { key }),
      pause: (runId: string, mode?: PauseMode) => client.pause(runId, mode),
      resume: (runId: string) => client.resume(runId),
      retry: (runId: string) => client.retry(runId),
      cancel: (runId: string, reason?: string) => client.cancel(runId, reason),
      resolve: (runId: string, callId: string, answer: { decision: Decision; result?: string }) => client.resolve(runId, callId, answer),
    }),
    [client, threadId],
  );
  return useMemo(() => ({ ...snapshot, ...commands }), [snapshot, commands]);
}
