/** Who is called when a state changes; made for `useSyncExternalStore`. */
export class Listeners {
  private readonly all = new Set<() => void>();
  private end: (() => void) | undefined;

  /** @param begin called with the first listener; what it returns, after the last. */
  constructor(private readonly begin?: () => () => void) {}

  subscribe = (listener: () => void) => {
    if (this.all.size === 0) this.end = this.begin?.();
    this.all.add(listener);
    return () => {
      this.all.delete(listener);
      if (this.all.size === 0) this.end?.();
    };
  };

  call() {
    this.all.forEach((listener) => listener());
  }
}

/** Listens to an event of the window. Returns the way to end it. */
export function onWindow<Name extends keyof WindowEventMap>(name: Name, act: (event: WindowEventMap[Name]) => void): () => void {
  window.addEventListener(name, act);
  return () => window.removeEventListener(name, act);
}
