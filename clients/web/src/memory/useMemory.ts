import { useCallback, useEffect, useState } from "react";
import type { MemoryView } from "@orleans-agents/client";
import { client } from "../app/client.ts";
import { wordsOf } from "../app/hooks.ts";

export interface Remembered {
  /** As last read; while a newer one is read it stays. */
  view?: MemoryView;
  failure?: string;
  refresh(): void;
}

/**
 * A thread's memory at a version; without one, at the present version.
 * @param seq of the thread's newest event about its memory: another one has it read again.
 */
export function useMemory(threadId: string, version: number | undefined, seq: number): Remembered {
  const [state, setState] = useState<{ view?: MemoryView; failure?: string }>({});
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    client.memory(threadId, version, stop.signal).then(
      (view) => !stop.signal.aborted && setState({ view }),
      (error: unknown) => !stop.signal.aborted && setState((s) => ({ ...s, failure: wordsOf(error) })),
    );
    return () => stop.abort();
  }, [threadId, version, seq, tries]);
  const refresh = useCallback(() => setTries((n) => n + 1), []);
  return { ...state, refresh };
}
