import type { WatchEvent } from "../events.js";
import type { RunSummary } from "../generated/openapi.js";
import type { RunStatus } from "../run/view.js";

/** What is watched. */
export type Source = { runId: string } | { threadId: string };

/** An event, and the place to go on from after it. A cursor is opaque. */
export interface Watched {
  cursor: string;
  event: WatchEvent;
}

/** Which runs a list shows; any where nothing is said. */
export interface RunsFilter {
  threadId?: string;
  agent?: string;
  status?: RunStatus;
  /** How many the whole list has at most: 1 to 500. */
  limit?: number;
}

/** A piece of a watched list. */
export interface RunsChange {
  /** The items are the whole list, newest first. Otherwise they are runs that came, changed, or match the filter no longer. */
  anew: boolean;
  items: RunSummary[];
}

/** How a stream came to its end: nothing follows, or the connection ended. */
export type StreamEnd = "ended" | "cut";

/** Carries one stream once. Coming back after a cut is the watcher's part. */
export interface Transport {
  /**
   * Replays what follows `cursor` (everything without one), then goes on live. Throws `ProblemError` for a refusal.
   * @param onOpen called once the service has accepted; on an idle thread nothing may follow for hours.
   */
  open(source: Source, cursor: string | undefined, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<Watched, StreamEnd, void>;

  /** The whole list first, and again whenever changes may have been missed; then what changes. */
  openRuns(filter: RunsFilter, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<RunsChange, StreamEnd, void>;
}

/** This transport cannot be used here; another may. */
export class TransportUnavailable extends Error {
  override readonly name = "TransportUnavailable";

  /** @param kind `missing`: it cannot be had at all, such as without its library. `down`: it cannot be opened. `refused`: it refuses this one stream. */
  constructor(readonly kind: "missing" | "down" | "refused", cause: unknown) {
    super("The transport cannot be used.", { cause });
  }
}
