import { backOff, pause } from "../backoff.js";
import type { AgentsClient } from "../client.js";
import type { RunSummary } from "../generated/openapi.js";
import { mayPass, ProblemError } from "../problem.js";
import { stopReason, type Connection } from "../watch/connection.js";
import type { RunsFilter } from "../watch/transport.js";
import { onFocus } from "./focus.js";
import type { Pages } from "./pages.js";
import { Store } from "./store.js";

export interface ListSnapshot<T> {
  /** Newest first, as far as they were read. */
  items: T[];
  /** The beginning of the list was read. */
  loaded: boolean;
  /** There are more: `more()` reads them. */
  hasMore: boolean;
  connection: Connection;
  /** Why the list could not be read the last time. */
  failure?: unknown;
}

/** What the list has is asked for; these are the runs whose changes are noticed where there is no hub to tell of all. */
const looked = 20;

/**
 * A list that is up to date while somebody looks: one stream says which runs changed, and the list is asked for with each connection
 * and when the page gets the focus. While nothing happens, nothing is asked.
 */
export abstract class LiveList<T extends { id: string }> extends Store<ListSnapshot<T>> {
  private wanted = false;
  private working: AbortSignal | undefined;
  private nap = new AbortController();
  private reading = false;

  constructor(protected readonly client: AgentsClient, protected readonly pages: Pages<T>, private readonly filter: RunsFilter) {
    super({ items: [], loaded: false, hasMore: false, connection: { state: "connecting" } });
  }

  /** Asks whether the list is still what it was. */
  refresh = () => {
    this.wanted = true;
    this.nap.abort();
    if (this.signal && this.working !== this.signal) void this.work(this.signal);
  };

  /** Reads the next page. */
  more = async (): Promise<void> => {
    const { signal } = this;
    if (this.reading || !signal) return;
    this.reading = true;
    try {
      await this.pages.readMore(signal);
      this.show();
    } catch (failure) {
      if (!signal.aborted) this.set({ failure });
    } finally {
      this.reading = false;
    }
  };

  /** A run changed. */
  protected abstract changed(run: RunSummary): void;

  /** Everything that the list is made of, compared with the service's. */
  protected async compare(signal: AbortSignal): Promise<void> {
    await this.pages.compare(signal);
    this.show();
  }

  protected get shown(): T[] {
    return this.pages.items;
  }

  protected show() {
    this.set({ items: this.shown, loaded: this.pages.loaded, hasMore: this.pages.more, failure: undefined });
  }

  protected begin(signal: AbortSignal) {
    signal.addEventListener("abort", onFocus(this.refresh));
    this.refresh();
    void this.follow(signal);
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const onConnection = (connection: Connection) => void (signal.aborted || this.set({ connection }));
    try {
      for await (const { anew, items } of this.client.watchRuns({ ...this.filter, limit: looked }, { signal, onConnection })) {
        if (anew) this.refresh();
        else items.forEach((run) => this.changed(run));
      }
    } catch (error) {
      onConnection({ state: "stopped", reason: error instanceof ProblemError ? stopReason(error) : "refused" });
    }
  }

  private async work(signal: AbortSignal): Promise<void> {
    this.working = signal;
    for (let failures = 0; this.wanted && !signal.aborted; ) {
      this.wanted = false;
      try {
        await this.compare(signal);
        failures = 0;
      } catch (failure) {
        if (signal.aborted) break;
        this.set({ failure });
        if (!mayPass(failure)) break;
        this.wanted = true;
        this.nap = new AbortController();
        await pause(backOff(failures++, 500, 30_000), AbortSignal.any([signal, this.nap.signal]));
      }
    }

    if (this.working === signal) this.working = undefined;
  }
}
