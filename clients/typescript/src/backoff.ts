/** The pause before try `n` (0, 1, 2 …): doubling to `cap`, the half of it by chance, so that clients do not come back at once. */
export function backOff(n: number, first = 250, cap = 5000, random: () => number = Math.random): number {
  const whole = Math.min(cap, first * 2 ** Math.min(n, 16));
  return whole / 2 + (whole / 2) * random();
}

/** Waits, or returns early when aborted or when the browser is online again. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const window = globalThis as Partial<Pick<Window, "addEventListener" | "removeEventListener">>;
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      window.removeEventListener?.("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
    window.addEventListener?.("online", done);
  });
}
