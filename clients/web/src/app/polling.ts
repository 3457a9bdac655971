import { useCallback, useEffect, useRef, useState } from "react";

export interface Polled<T> {
  value?: T;
  /** The last try failed; `value` is older. */
  failed: boolean;
  refresh(): void;
}

/** Asks again and again while the page is visible, and at once when it becomes so. */
export function usePolling<T>(ask: (signal: AbortSignal) => Promise<T>, every: number): Polled<T> {
  const [state, setState] = useState<{ value?: T; failed: boolean }>({ failed: false });
  const kick = useRef(() => {});
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asking = false;
    const again = async () => {
      clearTimeout(timer);
      if (asking || stop.signal.aborted) return;
      if (document.visibilityState === "visible") {
        asking = true;
        try {
          const value = await ask(stop.signal);
          if (!stop.signal.aborted) setState((s) => (same(s.value, value) && !s.failed ? s : { value, failed: false }));
        } catch {
          if (!stop.signal.aborted) setState((s) => ({ ...s, failed: true }));
        }
        asking = false;
      }
      if (!stop.signal.aborted) timer = setTimeout(again, every);
    };
    kick.current = () => void again();
    const seen = () => void again();
    document.addEventListener("visibilitychange", seen);
    void again();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [ask, every]);
  const refresh = useCallback(() => kick.current(), []);
  return { ...state, refresh };
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
