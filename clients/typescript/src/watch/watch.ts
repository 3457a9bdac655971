import { isTerminal } from "../events.js";
import { backOff, pause } from "../backoff.js";
import { mayPass } from "../problem.js";
import type { Source, Transport, Watched } from "./transport.js";

/** How the connection stands. */
export type Connection = "connecting" | "live" | "away";

export interface WatchOptions {
  transport: Transport;
  /** The cursor of the last event that is known; everything without one. */
  cursor?: string;
  signal?: AbortSignal;
  onConnection?: (state: Connection) => void;
  /** The pause before try n, in milliseconds. */
  backOff?: (n: number) => number;
}

/**
 * Every event after a cursor, over any number of connections.
 *
 * Comes back with the newest cursor after a jittered pause. Ends with a run, or when aborted; a thread's stream never ends.
 * Throws for a refusal that does not pass, such as an unknown id.
 */
export async function* watch(source: Source, options: WatchOptions): AsyncGenerator<Watched, void, void> {
  const { transport, onConnection = () => {}, backOff: delay = backOff } = options;
  const signal = options.signal ?? new AbortController().signal;
  let cursor = options.cursor;
  onConnection("connecting");
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const stream = transport.open(source, cursor, signal, () => onConnection("live"));
      try {
        for (let next = await stream.next(); !signal.aborted; next = await stream.next()) {
          if (next.done) {
            if (next.value === "ended") return;
            break;
          }

          failures = -1;
          cursor = next.value.cursor || cursor;
          yield next.value;
          if ("runId" in source && isTerminal(next.value.event)) return;
        }
      } finally {
        await stream.return("cut");
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!mayPass(error)) throw error;
    }

    if (signal.aborted) return;
    onConnection("away");
    await pause(delay(Math.max(0, failures)), signal);
  }
}
