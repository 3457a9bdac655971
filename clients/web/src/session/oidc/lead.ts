/** Makes one tab of the browser lead, and the next one once it is closed. */
export type Lead = (changed: (leads: boolean) => void) => {
  /** Takes the lead from a tab that does not answer. */
  seize(): void;
  release(): void;
};

const name = "orleans-agents.sign-in";

export const leadByLock: Lead = (changed) => {
  const left = new AbortController();
  const hold = () => {
    // A lock that was asked for before may come after this tab has left.
    if (left.signal.aborted) return Promise.resolve();
    changed(true);
    return new Promise<void>((resolve) => left.signal.addEventListener("abort", () => resolve()));
  };
  const request = (options: LockOptions) =>
    navigator.locks.request(name, options, hold).catch(() => {
      if (left.signal.aborted) return;
      // Another tab has seized it.
      changed(false);
      wait();
    });
  const wait = () => void request({ signal: left.signal });
  wait();
  return { seize: () => void request({ steal: true }), release: () => left.abort() };
};
