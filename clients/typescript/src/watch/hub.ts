import type { HubConnection } from "@microsoft/signalr";
import { Http } from "../http.js";
import { tokenOf, type Caller } from "../signedFetch.js";
import { TransportUnavailable } from "./transport.js";

/** A connection speaks for who made it, for as long as it lives. */
interface Link {
  token: string | undefined;
  connection: Promise<HubConnection>;
}

/** The hub `/hubs/runs`: one connection for every stream of a page. Its library is loaded with the first of them. */
export class Hub {
  private link: Link | undefined;

  constructor(private readonly caller: Caller) {}

  /** The items of one stream, until it ends or is aborted. Throws when the connection is cut. */
  async *stream<T>(method: string, args: unknown[], signal: AbortSignal, onOpen?: () => void): AsyncGenerator<T, void, void> {
    const connection = await this.connect();
    if (signal.aborted) return;
    const queue: T[] = [];
    let wake = () => {};
    let end: { error?: unknown } | undefined;
    const finish = (error?: unknown) => {
      end ??= { error };
      wake();
    };
    const subscription = connection.stream<T>(method, ...args).subscribe({
      next: (item) => {
        queue.push(item);
        wake();
      },
      error: finish,
      complete: () => finish(),
    });
    const abort = () => finish();
    signal.addEventListener("abort", abort, { once: true });
    onOpen?.();
    try {
      for (;;) {
        for (const item of queue.splice(0)) yield item;
        if (end) break;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal.removeEventListener("abort", abort);
      subscription.dispose();
    }

    if (end.error === undefined) return;
    // While the connection is still there, it is this one stream that failed.
    throw String(connection.state) === "Connected" ? new TransportUnavailable("refused", end.error) : end.error;
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
      throw error instanceof TransportUnavailable ? error : new TransportUnavailable("down", error);
    });
    const link: Link = { token, connection };
    return link;
  }

  private async start(token: string | undefined, over: () => void): Promise<HubConnection> {
    const { HubConnectionBuilder, HttpTransportType, LogLevel } = await import("@microsoft/signalr").catch((error: unknown) => {
      throw new TransportUnavailable("missing", error);
    });
    const connection = new HubConnectionBuilder()
      .withUrl(`${this.caller.baseUrl ?? ""}/hubs/runs`, {
        // The WebSocket alone: it needs no CORS answer, and no second request that has to reach the same server.
        // Where it cannot be had, events come over HTTP.
        transport: HttpTransportType.WebSockets,
        skipNegotiation: true,
        withCredentials: false,
        ...(token === undefined ? {} : { accessTokenFactory: () => this.ticket() }),
      })
      .configureLogging(LogLevel.None)
      .build();
    connection.onclose(over);
    await connection.start();
    return connection;
  }

  /** A browser's WebSocket has its secret in an address: one that opens the hub once may be seen there. */
  private ticket = async () => (await new Http(this.caller).command<{ ticket: string }>("/v1/hub-ticket", {}, { tries: 1 })).ticket;
}
