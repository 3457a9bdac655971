import { useEffect, useState } from "react";
import type { AgentsClient } from "../client.js";
import type { ThreadSummary } from "../generated/openapi.js";

export interface ThreadSearch {
  /** Best first, each with its passage; those of the text before while the next are on their way. */
  hits: ThreadSummary[];
  /** There are more hits than these. */
  hasMore: boolean;
  searching: boolean;
  failure?: unknown;
}

const nothing: ThreadSearch = { hits: [], hasMore: false, searching: false };

/** Searches titles and texts of the caller's conversations while somebody types. An empty text finds nothing. */
export function useThreadSearch(client: AgentsClient, text: string, { limit = 30 }: { limit?: number } = {}): ThreadSearch {
  const [state, setState] = useState(nothing);
  const wanted = text.trim().slice(0, 200);
  useEffect(() => {
    if (wanted === "") return setState(nothing);
    const stop = new AbortController();
    setState(({ hits, hasMore }) => ({ hits, hasMore, searching: true }));
    // Not for every letter of a word that is typed.
    const timer = setTimeout(() => {
      client.searchThreads(wanted, { limit }, stop.signal).then(
        ({ items, nextCursor }) => setState({ hits: items, hasMore: nextCursor != null, searching: false }),
        (failure: unknown) => stop.signal.aborted || setState({ ...nothing, failure }),
      );
    }, 120);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, wanted, limit]);
  return state;
}
