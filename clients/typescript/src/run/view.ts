import type { Budget, CallDecision, PauseMode, PendingView, RunError, RunStatus as WireStatus, ToolCheckedData } from "../generated/openapi.js";
import type { Text } from "../text.js";

export type RunStatus = NonNullable<WireStatus>;
export type Decision = NonNullable<CallDecision>;
export type Finding = ToolCheckedData["finding"];

/** Tokens and calls used; every number is there. */
export interface Usage {
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  modelCalls: number;
  toolCalls: number;
  cost?: number;
}

/** Where a tool call stands. */
export type CallPhase = "planned" | "running" | "retrying" | "unknown" | "checking" | "deciding" | "completed" | "failed" | "skipped";

/** A tool call, from the model's wish to its result. */
export interface ToolCall {
  kind: "tool";
  callId: string;
  tool: string;
  arguments: unknown;
  step: number;
  attempt: number;
  phase: CallPhase;
  /** Why it could not be dispatched, in words for the model. */
  invalid?: string;
  result?: Text;
  error?: RunError;
  /** What the tool itself took, as its process measured it; the attempt takes longer. */
  durationMs?: number;
  /** Of the newest attempt. */
  startedAt?: string;
  endedAt?: string;
  retryAt?: string;
  question?: string;
  /** While a person is asked: before this time a retry is refused. */
  retryFrom?: string;
  decidedBy?: string;
  /** The newest question to the tool's own check whether the call took effect. */
  check?: Check;
}

/** What a tool's own check was asked, and what it found. */
export interface Check {
  /** 1, 2, 3 … in the call. */
  number: number;
  /** Absent while it is asked. */
  finding?: Finding;
  /** Why it found nothing out. */
  error?: RunError;
}

export interface TextPart {
  kind: "text" | "reasoning";
  text: Text;
}

export interface UserMessage {
  role: "user";
  key: string;
  at: string;
  text: Text;
  /** Set for a steer: said while the run was under way. */
  delivery?: string;
}

/** What stopped a run, or an answer before its end. */
export interface StoppedBy {
  how: "message" | "pause" | "cancel" | "budget";
  /** Who paused or cancelled the run; absent where the journal has no name. */
  user?: string;
}

/** One answer of the model with the calls that it asks for. */
export interface AssistantMessage {
  role: "assistant";
  key: string;
  at: string;
  step: number;
  attempt: number;
  /** An attempt is open: more text may come, or this text be withdrawn. */
  open: boolean;
  parts: (TextPart | ToolCall)[];
  finishReason?: string;
  /** What stopped an answer whose finish reason is `interrupted`. */
  stoppedBy?: StoppedBy;
  /** Why the newest attempt gave no answer; gone with the next. */
  failed?: RunError;
  /** How long the model thought before it wrote; see `thoughtOf`. */
  thoughtMs?: number;
}

export type Message = UserMessage | AssistantMessage;

/** One try at a step. */
export interface Attempt {
  attempt: number;
  startedSeq: number;
  startedAt: string;
  endedAt?: string;
  outcome: string;
  error?: RunError;
}

/** A model call or a tool call. */
export interface Step {
  step: number;
  kind: "model" | "tool";
  status: string;
  tool?: string;
  callId?: string;
  usage?: Usage;
  finishReason?: string;
  error?: RunError;
  attempts: Attempt[];
}

/** The model call that is open or will be tried again. */
export interface OpenModelCall {
  step: number;
  attempt: number;
  retrying: boolean;
  /** UTF-16 units of its text so far. */
  length: number;
  retryAt?: string;
  wait?: string;
}

/** The model is not asked at present, by any run. */
export interface ModelHold {
  reason: string;
  until: string;
  error?: RunError;
}

/** What somebody thinks of a run's answer. */
export interface RunFeedback {
  value: "up" | "down";
  note?: string;
  /** The user who said so. */
  by: string;
}

/** A run, folded from its events. */
export interface RunView {
  id: string;
  agent: string;
  agentVersion: string;
  model: string;
  status: RunStatus;
  reason?: string;
  /** One sentence on what the run does or waits for. */
  why?: string;
  /** When time alone moves it. */
  until?: string;
  /** The newest stop by a person; gone when the run goes on. */
  stoppedBy?: StoppedBy;
  /** The newest step; 0 before the first. */
  step: number;
  /** Seq of the newest event. */
  head: number;
  input: Text;
  output?: Text;
  error?: RunError;
  pending: PendingView[];
  usage: Usage;
  budget?: Budget;
  createdAt: string;
  updatedAt: string;
  endedAt?: string;
  metadata: Record<string, string>;
  /** The newest; absent where nobody gave any, or it was taken back. */
  feedback?: RunFeedback;
  messages: Message[];
  steps: Step[];
  /** Something between the head and this event never came: read again from the head. */
  missing?: { after: number };
  /** What the fold needs and a reader does not. */
  fold: {
    started: boolean;
    startAt?: string;
    ended?: RunStatus;
    pause?: { mode: PauseMode; reason: string };
    cancelling?: boolean;
    model?: OpenModelCall;
    hold?: ModelHold;
    /** The newest fault of the model; gone after an answer. */
    lastFault?: RunError;
    /** Seq of the event that set `stoppedBy`. */
    stoppedSeq?: number;
    budgetReached?: string;
    interruptions: number;
    interruptedSeq: number;
    output?: Text;
    error?: RunError;
  };
}

const NoUsage: Usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0, modelCalls: 0, toolCalls: 0 };

export const addUsage = (a: Usage, b: Partial<Usage>): Usage => ({
  inputTokens: a.inputTokens + (b.inputTokens ?? 0),
  cachedTokens: a.cachedTokens + (b.cachedTokens ?? 0),
  outputTokens: a.outputTokens + (b.outputTokens ?? 0),
  reasoningTokens: a.reasoningTokens + (b.reasoningTokens ?? 0),
  modelCalls: a.modelCalls + (b.modelCalls ?? 0),
  toolCalls: a.toolCalls + (b.toolCalls ?? 0),
  ...costOf(a, b),
});

/** Absent as soon as one call had no price: a sum without it would be wrong. */
const costOf = (a: Usage, b: Partial<Usage>): { cost?: number } => {
  const cost = a.modelCalls === 0 ? b.cost : !b.modelCalls ? a.cost : a.cost === undefined || b.cost === undefined ? undefined : a.cost + b.cost;
  return cost === undefined ? {} : { cost };
};

/** Whether the run waits for the time of its next model call, whatever the reason: then `retry` makes that call now. */
export const waitsForModel = ({ status, reason, fold }: RunView): boolean =>
  status === "waiting" && reason !== "timer" && reason !== "decision" && (fold.hold !== undefined || fold.model?.retryAt !== undefined);

/** Why the run's model is not asked, or gave no answer; absent once it has answered. */
export const faultOf = ({ fold }: RunView): RunError | undefined => fold.hold?.error ?? fold.lastFault;

/** A run of which nothing is known but its name. */
export const emptyRun = (id: string): RunView => ({
  id,
  agent: "",
  agentVersion: "",
  model: "",
  status: "queued",
  step: 0,
  head: 0,
  input: "",
  pending: [],
  usage: NoUsage,
  createdAt: "",
  updatedAt: "",
  metadata: {},
  messages: [],
  steps: [],
  fold: { started: false, interruptions: 0, interruptedSeq: 0 },
});
