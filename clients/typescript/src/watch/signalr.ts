import { ProblemError } from "../problem.js";
import type { Caller } from "../signedFetch.js";
import { Hub } from "./hub.js";
import { TransportUnavailable, type RunsChange, type RunsFilter, type Source, type StreamEnd, type Transport, type Watched } from "./transport.js";

/** Why there is no stream or no more of it; the last item of it. */
interface Ending {
  problem?: { code: string; message: string } | null;
}

interface EventItem extends Ending {
  cursor?: string | null;
  event?: Watched["event"] | null;
}

/** The ways a stream ends early that a new one heals. */
const cuts = ["unavailable", "too_slow"];

/** Streams over the hub. */
export class SignalRTransport implements Transport {
  private readonly hub: Hub;

  constructor(caller: Caller = {}) {
    this.hub = new Hub(caller);
  }

  async *open(source: Source, cursor: string | undefined, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<Watched, StreamEnd, void> {
    const [method, id] = "runId" in source ? ["Watch", source.runId] : ["WatchThread", source.threadId];
    for await (const item of this.hub.stream<EventItem>(method!, [id, cursor ?? null], signal, onOpen)) {
      if (isCut(item)) return "cut";
      yield { cursor: item.cursor ?? "", event: item.event! };
    }

    return "runId" in source && !signal.aborted ? "ended" : "cut";
  }

  async *openRuns(filter: RunsFilter, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<RunsChange, StreamEnd, void> {
    for await (const item of this.hub.stream<RunsChange & Ending>("WatchRuns", [filter], signal, onOpen)) {
      if (isCut(item)) return "cut";
      yield { anew: item.anew, items: item.items };
    }

    return "cut";
  }
}

/** An unknown or deleted id is reported at once. Any other refusal is asked for again over HTTP, whose answer has the status and the headers. */
function isCut({ problem }: Ending): boolean {
  if (!problem) return false;
  const { code, message } = problem;
  if (cuts.includes(code)) return true;
  if (code.endsWith("_not_found")) throw new ProblemError(404, code, message);
  if (code.endsWith("_deleted")) throw new ProblemError(410, code, message);
  throw new TransportUnavailable("refused", problem);
}
