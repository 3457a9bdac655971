import { useCallback, useEffect, useState, useSyncExternalStore } from "react";

/** The time, once a second while it matters. */
export function useNow(active: boolean, every = 1000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!active) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [active, every]);
  return now;
}

export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      const media = matchMedia(query);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

/** What went wrong, for people. */
export const wordsOf = (error: unknown) =>
  error instanceof TypeError ? "The service cannot be reached." : error instanceof Error ? error.message : String(error);

/** Runs one command at a time, and keeps why the last one failed. */
export function useCommand(): { busy: boolean; failure?: string; run(command: () => Promise<unknown>): Promise<boolean>; clear(): void } {
  const [state, setState] = useState<{ busy: boolean; failure?: string }>({ busy: false });
  const run = useCallback(async (command: () => Promise<unknown>) => {
    setState({ busy: true });
    try {
      await command();
      setState({ busy: false });
      return true;
    } catch (error) {
      setState({ busy: false, failure: wordsOf(error) });
      return false;
    }
  }, []);
  const clear = useCallback(() => setState({ busy: false }), []);
  return { ...state, run, clear };
}

/** A key that an input method has taken: Safari tells of it after the composition has ended, with the code 229. */
export const isTaken = (e: { isComposing: boolean; keyCode: number }) => e.isComposing || e.keyCode === 229;
