import type { HubConnection } from "@microsoft/signalr";
import { TransportUnavailable, type Source, type StreamEnd, type Transport, type Watched } from "./transport.js";

export interface SignalROptions {
  baseUrl?: string;
  accessToken?: () => string | Promise<string>;
}

/** The hub `/hubs/runs`: one connection for every stream of a page. Its library is loaded with the first of them. */
export class SignalRTransport implements Transport {
  private starting: Promise<HubConnection> | undefined;

  constructor(private readonly options: SignalROptions = {}) {}

  async *open(source: Source, cursor: string | undefined, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<Watched, StreamEnd, void> {
    const connection = await this.connect();
    const [method, id] = "runId" in source ? ["Watch", source.runId] : ["WatchThread", source.threadId];
    const queue: Watched[] = [];
    let wake = () => {};
    let end: { error?: unknown } | undefined;
    const finish = (error?: unknown) => {
      end ??= { error };
      wake();
    };
    const subscription = connection.stream<Watched>(method!, id, cursor ?? null).subscribe({
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
        for (const item of queue.splice(0)) {
          told = true;
          yield item;
        }

        if (end) break;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal.removeEventListener("abort", abort);
      subscription.dispose();
    }

    if (signal.aborted) return "cut";
    // A refusal says more over HTTP than through the hub.
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
