import type { BodyRef, Text } from "./text.js";
import type {
  MemoryCompactedData, MemoryFailedData, MemoryForgottenData, MemoryRestoredData, MessageAcceptedData, MessageDeliveredData, MessageEditedData, MessageRemovedData, ModelDelta, RunError, RunEvent as AnyEvent, RunView, ThreadChangedData, ThreadCreatedData, TurnAcceptedData, TurnEndedData,
} from "./generated/openapi.js";

/** A fact about a run, as its journal keeps it: `seq` is 1, 2, 3 … without holes. */
export type RunFact = Exclude<AnyEvent, ModelDelta | { type: ThreadFact["type"] }>;

/** What the stream of a run holds besides facts: text while it is written. */
export type RunEvent = RunFact | ModelDelta;

/** What a journal of a thread holds. */
interface ThreadFactOf<Type extends string, Data> {
  threadId: string;
  seq: number;
  at: string;
  type: Type;
  commandId?: string;
  data: Data;
}

export type ThreadCreated = ThreadFactOf<"thread.created", ThreadCreatedData>;
export type TurnAccepted = ThreadFactOf<"turn.accepted", TurnAcceptedData>;
export type MessageAccepted = ThreadFactOf<"message.accepted", MessageAcceptedData>;
export type MessageDelivered = ThreadFactOf<"message.delivered", MessageDeliveredData>;
export type MessageEdited = ThreadFactOf<"message.edited", MessageEditedData>;
export type MessageRemoved = ThreadFactOf<"message.removed", MessageRemovedData>;
export type ThreadChanged = ThreadFactOf<"thread.changed", ThreadChangedData>;
export type TurnEnded = ThreadFactOf<"turn.ended", TurnEndedData>;
export type ThreadClosed = ThreadFactOf<"thread.closed", unknown>;
export type MemoryCompacted = ThreadFactOf<"memory.compacted", MemoryCompactedData>;
export type MemoryFailed = ThreadFactOf<"memory.failed", MemoryFailedData>;
export type MemoryRestored = ThreadFactOf<"memory.restored", MemoryRestoredData>;
export type MemoryForgotten = ThreadFactOf<"memory.forgotten", MemoryForgottenData>;
export type Delivery = MessageAcceptedData["delivery"];

/** A fact about a thread; its `seq` counts the thread's own journal. */
export type ThreadFact =
  | ThreadCreated | ThreadChanged | TurnAccepted | MessageAccepted | MessageEdited | MessageRemoved | MessageDelivered | TurnEnded | ThreadClosed
  | MemoryCompacted | MemoryFailed | MemoryRestored | MemoryForgotten;

/** The cursor cannot be continued from: fold anew. */
export interface Gap {
  type: "gap";
  runId?: string;
  threadId?: string;
  after?: number;
  data: { cursor: string; head?: number; view?: RunView | Record<string, unknown> };
}

/** Whatever the stream of a thread may hold. A client passes types by that it does not know. */
export type ThreadEvent = ThreadFact | RunEvent;
export type WatchEvent = ThreadEvent | Gap;

export const isGap = (event: WatchEvent): event is Gap => event.type === "gap";

/** Thread facts carry the thread's id, run events the run's. */
export const isThreadFact = (event: WatchEvent): event is ThreadFact => "threadId" in event && !("runId" in event) && !isGap(event);

/** The last event of a run. */
export const isTerminal = (event: WatchEvent): boolean =>
  event.type === "run.completed" || event.type === "run.failed" || event.type === "run.cancelled";

export type { BodyRef, ModelDelta, RunError, Text };
