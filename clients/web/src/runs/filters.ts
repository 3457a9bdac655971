import { callsOf, previewOf, type AssistantMessage, type RunView, type Step, type ToolCall } from "@orleans-agents/client";
import { stepTime } from "../steps/clock.ts";

export interface StepFilter {
  text: string;
  kind: "all" | Step["kind"];
  failedOnly: boolean;
  slowOnly: boolean;
}

export const everyStep: StepFilter = { text: "", kind: "all", failedOnly: false, slowOnly: false };

export const hasFailed = (step: Step) => step.status === "failed" || step.attempts.some((a) => a.error !== undefined);

/** What a step said or was asked: the answer of a model step, the call of a tool step. */
export type Said = AssistantMessage | ToolCall;

/** Every step's message or call, by the step's number. */
export function saidOf(run: RunView): Map<number, Said> {
  const said = new Map<number, Said>();
  for (const message of run.messages) {
    if (message.role !== "assistant") continue;
    said.set(message.step, message);
    for (const call of callsOf(message)) said.set(call.step, call);
  }
  return said;
}

/** At this many milliseconds nine of ten steps of a kind have ended. */
export function slowFrom(steps: Step[], kind: Step["kind"], now: number): number {
  const times = steps.filter((s) => s.kind === kind).map((s) => stepTime(s, now)).filter((t) => t !== undefined).sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.9)] ?? Infinity;
}

export function filtered(steps: Step[], said: Map<number, Said>, filter: StepFilter, now: number): Step[] {
  const { text, kind, failedOnly, slowOnly } = filter;
  const sought = text.trim().toLowerCase();
  if (!sought && kind === "all" && !failedOnly && !slowOnly) return steps;
  const slow = slowOnly ? { model: slowFrom(steps, "model", now), tool: slowFrom(steps, "tool", now) } : undefined;
  return steps.filter((s) =>
    (kind === "all" || s.kind === kind) && (!failedOnly || hasFailed(s)) && (!slow || (stepTime(s, now) ?? -1) >= slow[s.kind]) &&
    (!sought || textOf(s, said.get(s.step)).includes(sought)));
}

const texts = new WeakMap<object, string>();

/** Everything of a step in which people search, in lower case; of a long text its beginning. */
function textOf(step: Step, said: Said | undefined): string {
  const errors = step.attempts.map((a) => (a.error ? `${a.error.code} ${a.error.message}` : "")).join(" ");
  return `${step.step} ${step.kind} ${step.tool ?? ""} ${step.status} ${errors}`.toLowerCase() + (said ? wordsOf(said) : "");
}

function wordsOf(said: Said): string {
  let words = texts.get(said);
  if (words === undefined) {
    const parts = "kind" in said
      ? [JSON.stringify(said.arguments), previewOf(said.result), said.error?.message]
      : said.parts.map((p) => (p.kind === "tool" ? "" : previewOf(p.text)));
    texts.set(said, (words = parts.map((p) => p?.slice(0, 4000) ?? "").join(" ").toLowerCase()));
  }
  return words;
}
