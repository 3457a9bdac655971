import type { Delivery } from "../events.js";
import type { RunView } from "../run/view.js";
import type { Text } from "../text.js";

/** One turn: what was asked, and the run that answers. */
export interface Turn {
  turn: number;
  runId: string;
  agent: string;
  at: string;
  input: Text;
  run: RunView;
  /** Set once the thread has recorded the turn's end. */
  ended?: string;
}

/** A message that the thread has taken and no run has seen yet. */
export interface WaitingMessage {
  messageId: string;
  input: Text;
  delivery: Delivery;
  runId?: string;
  at: string;
}

/** How far a thread's memory has come. The memory itself is asked for: `AgentsClient.memory`. */
export interface MemoryHead {
  /** 0 before the first summary. */
  version: number;
  /** Seq of its newest event; what was asked for before it may be out of date. */
  seq: number;
}

/** A thread, folded from its own events and those of its runs. */
export interface ThreadView {
  id: string;
  title?: string;
  /** It is kept at the top of the list. */
  pinned?: boolean;
  /** It is kept out of the list, until its next turn. */
  archived?: boolean;
  agent?: string;
  /** Seq of the thread's newest own event. */
  head: number;
  turns: Turn[];
  activeRunId?: string;
  queued: WaitingMessage[];
  memory: MemoryHead;
  createdAt?: string;
  updatedAt?: string;
  /** It takes nothing more and is about to be deleted. */
  closed?: boolean;
  /** Something never came: read again from the last whole place. */
  missing?: { after: number; runId?: string };
}

export const emptyThread = (id: string): ThreadView => ({ id, head: 0, turns: [], queued: [], memory: { version: 0, seq: 0 } });

/** The run that answers at the moment. */
export const activeRun = (thread: ThreadView): RunView | undefined =>
  thread.turns.find((t) => t.runId === thread.activeRunId)?.run;

/** The newest run, active or ended. */
export const newestRun = (thread: ThreadView): RunView | undefined => activeRun(thread) ?? thread.turns.at(-1)?.run;
