import { TransportUnavailable, type RunsFilter, type Source, type StreamEnd, type Transport } from "./transport.js";

/** The first transport, and the second wherever the first cannot be had. */
export class FallbackTransport implements Transport {
  private notBefore = 0;

  /** @param rest how long the first is not asked after the second could be opened and it could not, in milliseconds. */
  constructor(private readonly first: Transport, private readonly second: Transport, private readonly rest = 60_000) {}

  open = (source: Source, cursor: string | undefined, signal: AbortSignal, onOpen?: () => void) =>
    this.either((transport, opened) => transport.open(source, cursor, signal, opened), onOpen);

  openRuns = (filter: RunsFilter, signal: AbortSignal, onOpen?: () => void) =>
    this.either((transport, opened) => transport.openRuns(filter, signal, opened), onOpen);

  private async *either<T>(open: (transport: Transport, onOpen?: () => void) => AsyncGenerator<T, StreamEnd, void>, onOpen?: () => void): AsyncGenerator<T, StreamEnd, void> {
    let rest = 0;
    if (Date.now() >= this.notBefore) {
      try {
        return yield* open(this.first, onOpen);
      } catch (error) {
        if (!(error instanceof TransportUnavailable)) throw error;
        rest = { missing: Infinity, down: this.rest, refused: 0 }[error.kind];
      }
    }

    // While neither can be opened the service is away, and the first is as good as the second.
    return yield* open(this.second, () => {
      this.notBefore = Math.max(this.notBefore, rest && Date.now() + rest);
      onOpen?.();
    });
  }
}
