import { backOff, pause } from "../backoff.js";
import { mayPass } from "../problem.js";
import { awayReason, type Connection } from "./connection.js";
import type { StreamEnd } from "./transport.js";

export interface KeepOpenOptions {
  signal?: AbortSignal;
  onConnection?: (connection: Connection) => void;
  /** The pause before try n, in milliseconds. */
  backOff?: (n: number) => number;
}

/** The items of a stream that is opened again after each cut, until it has ended or is aborted. Throws for a refusal that does not pass. */
export async function* keepOpen<T>(
  open: (signal: AbortSignal, onOpen: () => void) => AsyncGenerator<T, StreamEnd, void>, options: KeepOpenOptions,
): AsyncGenerator<T, void, void> {
  const { onConnection = () => {}, backOff: delay = backOff, signal = new AbortController().signal } = options;
  onConnection({ state: "connecting" });
  for (let failures = 0; !signal.aborted; failures++) {
    let wasOpen = false;
    let failure: unknown;
    const stream = open(signal, () => {
      wasOpen = true;
      onConnection({ state: "live" });
    });
    try {
      try {
        for (let next = await stream.next(); !signal.aborted; next = await stream.next()) {
          if (next.done) {
            if (next.value === "ended") return;
            break;
          }

          failures = -1;
          yield next.value;
        }
      } finally {
        await stream.return("cut");
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!mayPass(error)) throw error;
      failure = error;
    }

    if (signal.aborted) return;
    const ms = delay(Math.max(0, failures));
    onConnection({ state: "away", reason: awayReason(wasOpen ? undefined : failure), retryAt: Date.now() + ms });
    await pause(ms, signal);
  }
}
