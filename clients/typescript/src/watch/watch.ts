import { isTerminal } from "../events.js";
import { keepOpen, type KeepOpenOptions } from "./keepOpen.js";
import type { RunsChange, RunsFilter, Source, Transport, Watched } from "./transport.js";

export interface WatchOptions extends KeepOpenOptions {
  transport: Transport;
  /** The cursor of the last event that is known; everything without one. */
  cursor?: string;
}

/**
 * Every event after a cursor, over any number of connections.
 *
 * Comes back with the newest cursor after a jittered pause. Ends with a run, or when aborted; a thread's stream never ends.
 * Throws for a refusal that does not pass, such as an unknown id.
 */
export async function* watch(source: Source, { transport, cursor, ...options }: WatchOptions): AsyncGenerator<Watched, void, void> {
  for await (const item of keepOpen((signal, onOpen) => transport.open(source, cursor, signal, onOpen), options)) {
    cursor = item.cursor || cursor;
    yield item;
    if ("runId" in source && isTerminal(item.event)) return;
  }
}

/** A list of runs that stays up to date, over any number of connections: after each, the whole list comes first. Ends when aborted. */
export const watchRuns = (
  filter: RunsFilter, { transport, ...options }: Omit<WatchOptions, "cursor">,
): AsyncGenerator<RunsChange, void, void> => keepOpen((signal, onOpen) => transport.openRuns(filter, signal, onOpen), options);
