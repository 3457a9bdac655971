import type { HubConnection } from "@microsoft/signalr";
import { Http } from "../http.js";
import { tokenOf, type Caller } from "../signedFetch.js";
import { TransportUnavailable, type Source, type StreamEnd, type Transport, type Watched } from "./transport.js";

/** An event, or, last, why there is no stream or no more of it. */
interface Item {
  cursor?: string | null;
  event?: Watched["event"] | null;
  problem?: { code: string; message: string } | null;
}

/** The ways a stream ends early that a cursor heals. */
const cuts = ["unavailable", "too_slow"];

/** A connection speaks for who made it, for as long as it lives. */
interface Link {
  token: string | undefined;
  connection: Promise<HubConnection>;
}

/** The hub `/hubs/runs`: one connection for every stream of a page. Its library is loaded with the first of them. */
export class SignalRTransport implements Transport {
  private link: Link | undefined;

  constructor(private readonly caller: Caller = {}) {}

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

  private async connect(): Promise<HubConnection> {
    const token = await tokenOf(this.caller);
    if (this.link && this.link.token !== token) {
      void this.link.connection.then((c) => c.stop(), () => {});
      this.link = undefined;
    }

    this.link ??= this.begin(token);
    return await this.link.connection;
  }

  private begin(token: string | undefined): Link {
    const over = () => {
      if (this.link === link) this.link = undefined;
    };
    const connection = this.start(token, over).catch((error: unknown) => {
      over();
      throw new TransportUnavailable(isMissing(error), error);
    });
    const link: Link = { token, connection };
    return link;
  }

  private async start(token: string | undefined, over: () => void): Promise<HubConnection> {
    const { HubConnectionBuilder, LogLevel } = await import("@microsoft/signalr");
    const connection = new HubConnectionBuilder()
      .withUrl(`${this.caller.baseUrl ?? ""}/hubs/runs`, token === undefined ? {} : { accessTokenFactory: () => this.ticket() })
      .configureLogging(LogLevel.None)
      .build();
    connection.onclose(over);
    await connection.start();
    return connection;
  }

  /** A browser's WebSocket has its secret in an address: one that opens the hub once may be seen there. */
  private ticket = async () => (await new Http(this.caller).command<{ ticket: string }>("/v1/hub-ticket", {}, { tries: 1 })).ticket;
}

const isMissing = (error: unknown) => /\b(404|405|501)\b/.test(String((error as Error)?.message ?? error));
