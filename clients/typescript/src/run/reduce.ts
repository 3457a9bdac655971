import type { ModelDelta } from "../generated/openapi.js";
import type { Gap, RunEvent, RunFact } from "../events.js";
import { takeDelta } from "./deltas.js";
import { beginCheck, recordCheck } from "./checks.js";
import { changeCall, endAttempt, failCall, failModel, openModel, recordAnswer, resolveCall, startTool } from "./calls.js";
import { takeFeedback } from "./feedback.js";
import { standing } from "./standing.js";
import { addUsage, emptyRun, type OpenModelCall, type RunView, type StoppedBy, type UserMessage } from "./view.js";

/**
 * The view after one more event of its run. Pure.
 *
 * An event that is already folded changes nothing. One that does not follow the head is not folded either: `missing` then
 * says from where to read again. A type that this build does not know only moves the head.
 */
export function reduce(view: RunView, event: RunEvent | Gap): RunView {
  if (event.type === "gap") return emptyRun(view.id);
  if (event.type === "model.delta") return takeDelta(view, event as ModelDelta);

  const fact = event as RunFact;
  if (fact.seq <= view.head) return view;
  if (fact.seq !== view.head + 1) return { ...view, missing: { after: view.head } };

  const next = evolve({ ...view, head: fact.seq, updatedAt: fact.at, missing: undefined }, fact);
  return { ...next, ...standing(next) };
}

/** Folds a whole journal. */
export const fold = (id: string, events: Iterable<RunEvent>): RunView => {
  let view = emptyRun(id);
  for (const event of events) view = reduce(view, event);
  return view;
};

/** One arm for each event, as the service's own fold has it. */
function evolve(v: RunView, e: RunFact): RunView {
  switch (e.type) {
    case "run.created":
      return {
        ...v,
        createdAt: e.at,
        agent: e.data.agent,
        agentVersion: e.data.definition,
        model: e.data.model,
        input: e.data.input,
        budget: e.data.budget,
        metadata: e.data.metadata ?? {},
        messages: [...v.messages, said(`${v.id}:1`, e.at, e.data.input)],
        fold: { ...v.fold, startAt: e.data.startAt ?? undefined },
      };
    case "run.started":
      return { ...v, fold: { ...v.fold, started: true, startAt: undefined } };
    case "run.waiting":
      return { ...v, fold: { ...v.fold, ...waiting(e) } };
    case "retry.requested":
      return { ...v, fold: { ...v.fold, hold: undefined, model: dueNow(v.fold.model) } };
    case "run.paused":
      return paused(v, e);
    case "run.resumed":
      return resumed(v);
    case "budget.reached":
      return { ...v, fold: { ...v.fold, budgetReached: e.data.limit } };
    case "run.completed":
      return ended({ ...v, output: e.data.output }, "completed", e.at);
    case "run.failed":
      return ended({ ...v, error: e.data.error }, "failed", e.at);
    case "run.cancelling":
      return stopped({ ...v, fold: { ...v.fold, cancelling: true } }, "cancel", e.data.by);
    case "run.cancelled":
      return ended(v, "cancelled", e.at);
    case "message.received":
      return received(v, e);
    case "model.started":
      return openModel(v, e);
    case "model.completed":
      return recordAnswer(v, e);
    case "model.failed":
      return failModel(v, e);
    case "tool.started":
      return startTool(v, e);
    case "tool.completed":
      return completed(v, e);
    case "tool.failed":
      return failCall(v, e);
    case "tool.late":
      return v;
    case "decision.requested":
      return endAttempt(
        changeCall(v, e.data.callId, { phase: "deciding", retryFrom: e.data.retryFrom, question: e.data.text }),
        e.data.callId, "deciding", e.at);
    case "decision.resolved":
      return resolveCall(v, e);
    case "tool.checking":
      return beginCheck(v, e);
    case "tool.checked":
      return recordCheck(v, e);
    case "feedback.given":
      return takeFeedback(v, e.data);
    default:
      return v;
  }
}

type Fact<Type extends RunFact["type"]> = Extract<RunFact, { type: Type }>;

/** For its time, or for its model, which is not asked at present. */
const waiting = ({ at, data: { reason, until, error } }: Fact<"run.waiting">): Partial<RunView["fold"]> =>
  reason === "timer"
    ? { startAt: until ?? undefined }
    : { hold: { reason, until: until ?? at, ...(error ? { error } : {}) } };

const dueNow = (model: OpenModelCall | undefined) => (model?.retrying ? { ...model, retryAt: undefined } : model);

function paused(v: RunView, { data: { mode, reason, by } }: Fact<"run.paused">): RunView {
  const next = { ...v, fold: { ...v.fold, pause: { mode, reason } } };
  return reason === "user" ? stopped(next, "pause", by) : next;
}

function resumed(v: RunView): RunView {
  const model = v.fold.pause?.reason === "provider" ? dueNow(v.fold.model) : v.fold.model;
  return { ...v, stoppedBy: undefined, fold: { ...v.fold, model, pause: undefined, interruptions: 0, budgetReached: undefined } };
}

function received(v: RunView, { seq, at, data: { content, delivery } }: Fact<"message.received">): RunView {
  const next = { ...v, messages: [...v.messages, { ...said(`${v.id}:${seq}`, at, content), delivery }] };
  return delivery === "interrupt" && v.fold.model && !v.fold.model.retrying ? stopped(next, "message") : next;
}

const stopped = (v: RunView, how: StoppedBy["how"], user?: string | null): RunView =>
  ({ ...v, stoppedBy: { how, ...(user ? { user } : {}) }, fold: { ...v.fold, stoppedSeq: v.head } });

const said = (key: string, at: string, text: UserMessage["text"]): UserMessage => ({ role: "user", key, at, text });

function completed(v: RunView, e: Fact<"tool.completed">): RunView {
  const progressed = { ...v, usage: addUsage(v.usage, { toolCalls: 1 }), fold: { ...v.fold, interruptions: 0, interruptedSeq: 0 } };
  const { callId, result, durationMs } = e.data;
  return endAttempt(
    changeCall(progressed, callId, { phase: "completed", result, durationMs, error: undefined, retryAt: undefined }),
    callId, "completed", e.at);
}

function ended(v: RunView, status: "completed" | "failed" | "cancelled", at: string): RunView {
  return {
    ...v,
    endedAt: at,
    messages: v.messages.map((m) => (m.role === "assistant" && m.open ? { ...m, open: false } : m)),
    fold: { ...v.fold, ended: status, model: undefined, pause: undefined, cancelling: undefined, hold: undefined },
  };
}
