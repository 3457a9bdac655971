import { backOff, pause } from "../backoff.js";
import { mayPass } from "../problem.js";
import { onFocus } from "./focus.js";
import { Store } from "./store.js";

export interface AskedSnapshot<T> {
  value?: T;
  /** Why the last try failed; `value` is older. */
  failure?: unknown;
}

/** Something that seldom changes: asked for once, and again when the page gets the focus. Until there is an answer it is asked again after pauses. */
export class Asked<T> extends Store<AskedSnapshot<T>> {
  constructor(private readonly ask: (signal: AbortSignal) => Promise<T>) {
    super({});
  }

  protected begin(signal: AbortSignal) {
    signal.addEventListener("abort", onFocus(() => void this.once(signal)));
    void this.untilKnown(signal);
  }

  private async untilKnown(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted && !(await this.once(signal)); failures++) await pause(backOff(failures, 500, 30_000), signal);
  }

  /** True when asking again at once has no use. */
  private async once(signal: AbortSignal): Promise<boolean> {
    try {
      const value = await this.ask(signal);
      if (!signal.aborted && (value !== this.state.value || this.state.failure !== undefined)) this.set({ value, failure: undefined });
      return true;
    } catch (failure) {
      if (!signal.aborted) this.set({ failure });
      return !mayPass(failure);
    }
  }
}
