import type { RunError } from "../generated/openapi.js";
import type { RunFact } from "../events.js";
import { thoughtOf } from "./thought.js";
import { addUsage, type AssistantMessage, type Attempt, type RunView, type Step, type StoppedBy, type ToolCall } from "./view.js";

type Fact<Type extends RunFact["type"]> = Extract<RunFact, { type: Type }>;

/** The calls of the newest answer; none once the next model call has started. */
export const currentCalls = (v: RunView): ToolCall[] =>
  v.fold.model || v.fold.ended ? [] : callsOf(lastAnswer(v)).filter((c) => c.step <= v.step);

export const callsOf = (message: AssistantMessage | undefined): ToolCall[] =>
  message?.parts.filter((p): p is ToolCall => p.kind === "tool") ?? [];

const lastAnswer = (v: RunView) => v.messages.findLast((m): m is AssistantMessage => m.role === "assistant");

export function openModel(v: RunView, e: Fact<"model.started">): RunView {
  const { step, attempt, model } = e.data;
  const fresh: AssistantMessage = { role: "assistant", key: `${v.id}:s${step}`, at: e.at, step, attempt, open: true, parts: [] };
  const again = v.messages.some((m) => m.role === "assistant" && m.step === step);
  return {
    ...v,
    model,
    step: Math.max(v.step, step),
    messages: again ? changeAnswer(v, step, () => fresh) : [...v.messages, fresh],
    steps: begin(v.steps, { step, kind: "model", status: "running", attempts: [] }, attempt, e),
    stoppedBy: undefined,
    fold: { ...v.fold, model: { step, attempt, retrying: false, length: 0 }, hold: undefined },
  };
}

export function recordAnswer(v: RunView, e: Fact<"model.completed">): RunView {
  const { step, content, toolCalls, usage, finishReason } = e.data;
  const calls = toolCalls.map((c, i): ToolCall => ({
    kind: "tool",
    callId: c.callId,
    tool: c.tool,
    arguments: c.arguments,
    step: step + 1 + i,
    attempt: 0,
    phase: "planned",
    ...(c.invalid ? { invalid: c.invalid } : {}),
  }));
  const texts = content.map((p) => ({ kind: p.type === "reasoning" ? ("reasoning" as const) : ("text" as const), text: p.text }));
  const stoppedBy = finishReason === "interrupted" ? stopOf(v) : undefined;
  const answered = (s: Step): Step => ({ ...s, finishReason, usage: addUsage(NoUsage, { ...known(usage), modelCalls: 1 }) });
  return {
    ...v,
    step: step + calls.length,
    usage: addUsage(v.usage, { ...known(usage), modelCalls: 1 }),
    messages: changeAnswer(v, step, (m) => ({ ...m, open: false, failed: undefined, finishReason, ...(stoppedBy ? { stoppedBy } : {}), parts: [...texts, ...calls], ...thoughtOf(m, texts, known(usage), e.at) })),
    steps: [
      ...changeStep(end(v.steps, step, "completed", e.at), step, answered),
      ...calls.map((c): Step => ({ step: c.step, kind: "tool", status: "planned", tool: c.tool, callId: c.callId, attempts: [] })),
    ],
    fold: { ...v.fold, model: undefined, lastFault: undefined, interruptions: 0, interruptedSeq: 0 },
  };
}

/** A person's stop records the answer right behind itself. Without one, the run's budget ended the answer. */
const stopOf = (v: RunView): StoppedBy =>
  v.stoppedBy && v.fold.stoppedSeq === v.head - 1 ? v.stoppedBy : { how: "budget" };

/** The attempt's text is withdrawn: no request will ever hold it. */
export function failModel(v: RunView, e: Fact<"model.failed">): RunView {
  const { step, attempt, error, retryAt, reason, final, usage } = e.data;
  const cut = error.code === "interrupted";
  return {
    ...v,
    usage: usage ? addUsage(v.usage, { ...known(usage), modelCalls: 1 }) : v.usage,
    messages: changeAnswer(v, step, (m) => ({ ...m, open: false, failed: error, parts: [] })),
    steps: end(v.steps, step, final ? "failed" : "retrying", e.at, error),
    fold: {
      ...(cut ? interrupted(v) : v.fold),
      ...(reason && !cut ? { lastFault: error } : {}),
      model: { step, attempt, retrying: true, length: 0, retryAt: retryAt ?? undefined, wait: reason ?? "retry" },
    },
  };
}

export function startTool(v: RunView, e: Fact<"tool.started">): RunView {
  const { callId, step, attempt } = e.data;
  const running = changeCall(v, callId, { attempt, phase: "running", startedAt: e.at, endedAt: undefined, retryAt: undefined, error: undefined });
  const fresh: Step = { step, kind: "tool", status: "running", tool: e.data.tool, callId, attempts: [] };
  return { ...running, step: Math.max(v.step, step), steps: begin(running.steps, fresh, attempt, e) };
}

export function failCall(v: RunView, e: Fact<"tool.failed">): RunView {
  const { callId, error, outcome, willRetry, retryAt } = e.data;
  const phase = willRetry ? "retrying" : outcome === "unknown" && !v.fold.cancelling ? "unknown" : "failed";
  const counted = error.code === "interrupted" ? { ...v, fold: interrupted(v) } : v;
  const failed = changeCall(counted, callId, { phase, error, retryAt: retryAt ?? undefined });
  return endAttempt(failed, callId, willRetry ? "retrying" : "failed", e.at, error);
}

export function resolveCall(v: RunView, e: Fact<"decision.resolved">): RunView {
  const { callId, decision, result, by, retryAt } = e.data;
  const phase = decision === "retry" ? "retrying" : decision === "skip" ? "skipped" : "failed";
  const resolved = changeCall(v, callId, {
    phase, decidedBy: by, retryFrom: undefined, question: undefined, retryAt: retryAt ?? undefined, ...(result == null ? {} : { result }),
  });
  return { ...resolved, steps: resolved.steps.map((s) => (s.callId === callId ? { ...s, status: phase } : s)) };
}

export function changeCall(v: RunView, callId: string, change: Partial<ToolCall>): RunView {
  const at = v.messages.findLastIndex((m) => m.role === "assistant" && m.parts.some((p) => p.kind === "tool" && p.callId === callId));
  if (at < 0) return v;
  const message = v.messages[at] as AssistantMessage;
  const parts = message.parts.map((p) => (p.kind === "tool" && p.callId === callId ? { ...p, ...change } : p));
  return { ...v, messages: v.messages.with(at, { ...message, parts }) };
}

/** Closes the newest attempt of a tool's call and step. */
export const endAttempt = (v: RunView, callId: string, outcome: string, at: string, error?: RunError): RunView => {
  const step = v.steps.findLast((s) => s.callId === callId)?.step;
  return step === undefined ? v : { ...changeCall(v, callId, { endedAt: at }), steps: end(v.steps, step, outcome, at, error) };
};

const NoUsage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0, modelCalls: 0, toolCalls: 0 };

/** The numbers of a usage that are there: absent means none. */
const known = (usage: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(usage).filter(([, n]) => typeof n === "number"));

/** One takeover closes several calls in a row of events: it counts once. */
export function interrupted(v: RunView): RunView["fold"] {
  const follows = v.fold.interruptedSeq > 0 && v.fold.interruptedSeq === v.head - 1;
  return { ...v.fold, interruptions: v.fold.interruptions + (follows ? 0 : 1), interruptedSeq: v.head };
}

/** Searched from the end: it is nearly always the newest, and a run may have thousands. */
export function changeAnswer(v: RunView, step: number, change: (m: AssistantMessage) => AssistantMessage) {
  const at = v.messages.findLastIndex((m) => m.role === "assistant" && m.step === step);
  return at < 0 ? v.messages : v.messages.with(at, change(v.messages[at] as AssistantMessage));
}

function begin(steps: Step[], fresh: Step, attempt: number, e: { seq: number; at: string }): Step[] {
  const attempts: Attempt = { attempt, startedSeq: e.seq, startedAt: e.at, outcome: "running" };
  const known = steps.some((s) => s.step === fresh.step);
  return changeStep(known ? steps : [...steps, fresh], fresh.step, (s) => ({ ...s, status: "running", error: undefined, attempts: [...s.attempts, attempts] }));
}

function end(steps: Step[], step: number, outcome: string, at: string, error?: RunError): Step[] {
  return changeStep(steps, step, (s) => {
    const last = s.attempts.at(-1);
    const attempts = last ? [...s.attempts.slice(0, -1), { ...last, endedAt: at, outcome, error }] : [];
    return { ...s, status: outcome, error, attempts };
  });
}

function changeStep(steps: Step[], step: number, change: (s: Step) => Step): Step[] {
  const at = steps.findLastIndex((s) => s.step === step);
  return at < 0 ? steps : steps.with(at, change(steps[at]!));
}
