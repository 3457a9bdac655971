import type { WatchEvent } from "../events.js";

/** What is watched. */
export type Source = { runId: string } | { threadId: string };

/** An event, and the place to go on from after it. A cursor is opaque. */
export interface Watched {
  cursor: string;
  event: WatchEvent;
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
}

/** This transport cannot be used here; another may. */
export class TransportUnavailable extends Error {
  override readonly name = "TransportUnavailable";

  /** @param forGood the service does not have it at all. */
  constructor(readonly forGood: boolean, cause: unknown) {
    super("The transport cannot be used.", { cause });
  }
}

/** The first transport, and the second wherever the first cannot be had. */
export class FallbackTransport implements Transport {
  private given = true;

  constructor(private readonly first: Transport, private readonly second: Transport) {}

  async *open(source: Source, cursor: string | undefined, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<Watched, StreamEnd, void> {
    if (this.given) {
      try {
        return yield* this.first.open(source, cursor, signal, onOpen);
      } catch (error) {
        if (!(error instanceof TransportUnavailable)) throw error;
        this.given = !error.forGood;
      }
    }

    return yield* this.second.open(source, cursor, signal, onOpen);
  }
}
