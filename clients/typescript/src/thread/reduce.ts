import { isThreadFact, type Gap, type RunEvent, type ThreadEvent, type ThreadFact, type TurnEnded } from "../events.js";
import { reduce } from "../run/reduce.js";
import { emptyRun, type RunView } from "../run/view.js";
import { emptyThread, type ThreadView } from "./view.js";

/** The thread after one more event, its own or that of one of its runs. Pure; the rules are those of `reduce`. */
export function reduceThread(view: ThreadView, event: ThreadEvent | Gap): ThreadView {
  if (event.type === "gap") return emptyThread(view.id);
  if (!isThreadFact(event)) return "runId" in event ? takeRunEvent(view, event) : view;
  if (event.seq <= view.head) return view;
  if (event.seq !== view.head + 1) return { ...view, missing: { after: view.head } };
  return evolve({ ...view, head: event.seq, updatedAt: event.at, missing: undefined }, event);
}

function takeRunEvent(view: ThreadView, event: RunEvent): ThreadView {
  const at = view.turns.findLastIndex((t) => t.runId === event.runId);
  const turn = view.turns[at];
  if (!turn) return { ...view, missing: { after: view.head, runId: event.runId } };
  const run = reduce(turn.run, event);
  if (run === turn.run) return view;
  return {
    ...view,
    updatedAt: run.updatedAt,
    missing: run.missing ? { after: view.head, runId: run.id } : undefined,
    turns: view.turns.with(at, { ...turn, run }),
  };
}

function evolve(v: ThreadView, e: ThreadFact): ThreadView {
  switch (e.type) {
    case "thread.created":
      return { ...v, createdAt: e.at, title: e.data.title };
    case "thread.changed":
      return { ...v, title: e.data.title ?? v.title, pinned: e.data.pinned ?? v.pinned, archived: e.data.archived ?? v.archived };
    case "turn.accepted": {
      const { turn, runId, messageId, agent, input } = e.data;
      return {
        ...v,
        agent,
        activeRunId: runId,
        archived: false,
        turns: [...v.turns, { turn, runId, agent, at: e.at, input, run: { ...emptyRun(runId), agent, input } }],
        queued: v.queued.filter((m) => m.messageId !== messageId),
      };
    }
    case "message.accepted": {
      const { messageId, delivery, runId, input } = e.data;
      return { ...v, queued: [...v.queued, { messageId, input, delivery, at: e.at, ...(runId ? { runId } : {}) }] };
    }
    case "message.edited":
      return { ...v, queued: v.queued.map((m) => (m.messageId === e.data.messageId ? { ...m, input: e.data.input } : m)) };
    case "message.delivered":
    case "message.removed":
      return { ...v, queued: v.queued.filter((m) => m.messageId !== e.data.messageId) };
    case "turn.ended":
      return {
        ...v,
        activeRunId: v.activeRunId === e.data.runId ? undefined : v.activeRunId,
        turns: v.turns.map((t) => (t.runId === e.data.runId ? { ...t, ended: e.data.status, run: unstarted(t.run, e) } : t)),
      };
    case "memory.compacted":
    case "memory.restored":
    case "memory.forgotten":
      return { ...v, memory: { version: e.data.version, seq: e.seq } };
    case "memory.failed":
      return { ...v, memory: { ...v.memory, seq: e.seq } };
    case "thread.closed":
      return { ...v, closed: true };
    default:
      return v;
  }
}

/** A run that could not even be started has no event of its own: its turn's end says what came of it. */
const unstarted = (run: RunView, { at, data }: TurnEnded): RunView =>
  run.head > 0 ? run : { ...run, status: data.status, error: data.error ?? undefined, endedAt: at, updatedAt: at };
