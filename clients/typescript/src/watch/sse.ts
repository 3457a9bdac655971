import { pause } from "../backoff.js";
import type { WatchEvent } from "../events.js";
import type { RunSummary } from "../generated/openapi.js";
import { Http } from "../http.js";
import { ProblemError } from "../problem.js";
import { signedFetch, type Caller } from "../signedFetch.js";
import { SseParser } from "./sseParser.js";
import type { RunsChange, RunsFilter, Source, StreamEnd, Transport, Watched } from "./transport.js";

export interface SseOptions extends Caller {
  /** Milliseconds without a byte after which the connection counts as dead; the service speaks every 15 s. */
  patience?: number;
  /** Milliseconds between two looks at a list of runs. */
  every?: number;
}

/** Plain HTTP: server-sent events over `fetch`, so that the cursor goes with the first request too, and lists that are asked for again. */
export class SseTransport implements Transport {
  private readonly http: Http;

  constructor(private readonly options: SseOptions = {}) {
    this.http = new Http(options);
  }

  /** Asks again and again while the page is visible. A list that did not change is not sent again, and not told. */
  async *openRuns(filter: RunsFilter, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<RunsChange, StreamEnd, void> {
    for (let before: RunSummary[] | undefined; !signal.aborted; await pause(this.options.every ?? 5000, signal)) {
      if (before && globalThis.document?.visibilityState === "hidden") continue;
      const { items } = await this.http.getKept<{ items: RunSummary[] }>("/v1/runs", { ...filter }, signal);
      if (before === undefined) onOpen?.();
      if (items !== before) yield { anew: true, items };
      before = items;
    }

    return "cut";
  }

  async *open(source: Source, cursor: string | undefined, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<Watched, StreamEnd, void> {
    const { patience = 45_000 } = this.options;
    const path = "runId" in source ? `runs/${encodeURIComponent(source.runId)}` : `threads/${encodeURIComponent(source.threadId)}`;
    const dead = new AbortController();
    const watchdog = new Watchdog(patience, () => dead.abort(new Error("The connection is silent.")));
    try {
      const response = await signedFetch(this.options, `/v1/${path}/events`, {
        headers: { Accept: "text/event-stream", ...(cursor === undefined ? {} : { "Last-Event-ID": cursor }) },
        cache: "no-store",
        signal: AbortSignal.any([signal, dead.signal]),
      });
      if (response.status === 204) return "ended";
      if (!response.ok) throw await ProblemError.of(response);
      onOpen?.();
      const parser = new SseParser();
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return "cut";
        watchdog.fed();
        for (const frame of parser.take(value)) yield { cursor: frame.id, event: JSON.parse(frame.data) as WatchEvent };
      }
    } finally {
      watchdog.stop();
      dead.abort();
    }
  }
}

class Watchdog {
  private timer: ReturnType<typeof setTimeout>;

  constructor(private readonly ms: number, private readonly bite: () => void) {
    this.timer = setTimeout(bite, ms);
  }

  fed() {
    this.stop();
    this.timer = setTimeout(this.bite, this.ms);
  }

  stop() {
    clearTimeout(this.timer);
  }
}
