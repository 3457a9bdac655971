import { useMemo, useSyncExternalStore } from "react";
import type { AgentsClient } from "../client.js";
import { Asked } from "../lists/asked.js";
import { RunsStore } from "../lists/runsStore.js";
import type { Store } from "../lists/store.js";
import { ThreadsStore } from "../lists/threadsStore.js";
import type { RunsFilter } from "../watch/transport.js";

const useStore = <State>(store: Store<State>): State => useSyncExternalStore(store.subscribe, store.get, store.get);

/** The caller's conversations, up to date without polling: those that are not archived, or those that are. */
export function useThreads(client: AgentsClient, { archived = false }: { archived?: boolean } = {}) {
  const store = useMemo(() => new ThreadsStore(client, archived), [client, archived]);
  const snapshot = useStore(store);
  return useMemo(() => {
    const { more, refresh, change } = store;
    return { ...snapshot, more, refresh, change };
  }, [snapshot, store]);
}

/** The caller's runs, those without a conversation too, up to date without polling. */
export function useRuns(client: AgentsClient, filter: RunsFilter = {}) {
  const { threadId, agent, status, limit } = filter;
  const store = useMemo(() => new RunsStore(client, { threadId, agent, status, limit }), [client, threadId, agent, status, limit]);
  const snapshot = useStore(store);
  return useMemo(() => {
    const { more, refresh } = store;
    return { ...snapshot, more, refresh };
  }, [snapshot, store]);
}

/** The agents that there are. Asked for once, and again when the page gets the focus. */
export function useAgents(client: AgentsClient) {
  const store = useMemo(() => new Asked(client.agents), [client]);
  const { value, failure } = useStore(store);
  return { agents: value, failure };
}
