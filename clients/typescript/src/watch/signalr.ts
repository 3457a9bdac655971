import type { HubConnection } from "@microsoft/signalr";
import { TransportUnavailable, type Source, type StreamEnd, type Transport, type Watched } from "./transport.js";

export interface SignalROptions {
  baseUrl?: string;
  accessToken?: () => string | Promise<string>;
}

/** An event, or, last, why there is no stream or no more of it. */
interface Item {
  cursor?: string | null;
  event?: Watched["event"] | null;
  problem?: { code: string; message: string } | null;
}

/** The ways a stream ends early that a cursor heals. */
const cuts = ["unavailable", "too_slow"];

/** The hub `/hubs/runs`: one connection for every stream of a page. Its library is loaded with the first of them. */
export class SignalRTransport implements Transport {
  private starting: Promise<HubConnection> | undefined;

  constructor(private readonly options: SignalROptions = {}) {}

  async *open(source: Source, cursor: string | undefined, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<Watched, StreamEnd, void> {
    const connection = await this.connect();
    const [method, id] = "runId" in source ? ["Watch", source.runId] : ["WatchThread", source.threadId];
    const queue: Item[] = [];
    let wake = () => {};
    let end: { error?: unknown } | undefined;
    const finish = (error?: unknown) => {
      end ??= { error };
      wake();
    };
    const subscription = connection.stream<Item>(method!, id, cursor ?? null).subscribe({
      next: (item) => {
        queue.push(item);
        wake();
      },
      error: finish,
      complete: () => finish(),
    });
    const abort = () => finish();
    signal.addEventListener("abort", abort, { once: true });
    let told = false;
    onOpen?.();
    try {
      for (;;) {
        for (const { cursor, event, problem } of queue.splice(0)) {
          if (problem) {
            if (cuts.includes(problem.code)) return "cut";
            // A refusal is a status with headers over HTTP: asked there, it is told whole.
            throw new TransportUnavailable(false, problem);
          }

          told = true;
          yield { cursor: cursor ?? "", event: event! };
        }

        if (end) break;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal.removeEventListener("abort", abort);
      subscription.dispose();
    }

    if (signal.aborted) return "cut";
    if (end.error !== undefined && !told) throw new TransportUnavailable(false, end.error);
    if (end.error !== undefined) throw end.error;
    return "runId" in source ? "ended" : "cut";
  }

  private connect(): Promise<HubConnection> {
    this.starting ??= this.start().catch((error: unknown) => {
      this.starting = undefined;
      throw new TransportUnavailable(isMissing(error), error);
    });
    return this.starting;
  }

  private async start(): Promise<HubConnection> {
    const { HubConnectionBuilder, LogLevel } = await import("@microsoft/signalr");
    const { baseUrl = "", accessToken } = this.options;
    const connection = new HubConnectionBuilder()
      .withUrl(`${baseUrl}/hubs/runs`, accessToken ? { accessTokenFactory: accessToken } : {})
      .configureLogging(LogLevel.None)
      .build();
    connection.onclose(() => (this.starting = undefined));
    await connection.start();
    return connection;
  }
}

const isMissing = (error: unknown) => /\b(404|405|501)\b/.test(String((error as Error)?.message ?? error));
