/** Holds a state for `useSyncExternalStore`, and works while somebody looks. */
export abstract class Store<State> {
  private readonly listeners = new Set<() => void>();
  private stop: AbortController | undefined;
  private scheduled = false;
  private told: State;

  constructor(protected state: State) {
    this.told = state;
  }

  get = (): State => this.told;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (!this.stop) {
      this.stop = new AbortController();
      this.begin(this.stop.signal);
    }

    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.stop?.abort();
      this.stop = undefined;
    };
  };

  /** Somebody looks, until the signal is aborted. */
  protected abstract begin(signal: AbortSignal): void;

  /** Undefined while nobody looks. */
  protected get signal(): AbortSignal | undefined {
    return this.stop?.signal;
  }

  /** Changes of one turn of the event loop reach listeners together. */
  protected set(change: Partial<State>) {
    this.state = { ...this.state, ...change };
    if (this.scheduled) return;
    this.scheduled = true;
    setTimeout(() => {
      this.scheduled = false;
      this.told = this.state;
      this.listeners.forEach((listener) => listener());
    });
  }
}
