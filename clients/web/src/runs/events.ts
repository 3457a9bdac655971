import type { RunFact } from "@orleans-agents/client";

/** The types that there are, with how many of each. */
export function typesOf(facts: readonly RunFact[]): { type: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { type } of facts) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => ({ type, count })).sort((a, b) => a.type.localeCompare(b.type));
}

export function filteredFacts(facts: readonly RunFact[], type: string, text: string): readonly RunFact[] {
  const sought = text.trim().toLowerCase();
  if (!type && !sought) return facts;
  return facts.filter((f) => (!type || f.type === type) && (!sought || `${f.seq} ${f.type} ${wordsOf(f)}`.includes(sought)));
}

const words = new WeakMap<RunFact, string>();

/** The beginning of an event's data, in lower case. */
function wordsOf(fact: RunFact): string {
  let text = words.get(fact);
  if (text === undefined) words.set(fact, (text = JSON.stringify(fact.data ?? {}).slice(0, 4000).toLowerCase()));
  return text;
}

/** What an event is about, for one line. */
export function hintOf({ data }: RunFact): string {
  const d = data as Record<string, unknown>;
  const named = ["step", "attempt", "tool", "callId", "reason", "mode", "decision", "finding", "finishReason", "agent"]
    .filter((name) => typeof d[name] === "string" || typeof d[name] === "number").map((name) => `${name} ${String(d[name]).slice(0, 80)}`);
  const error = (d["error"] as { message?: string } | undefined)?.message;
  return [...named, ...(error ? [error.slice(0, 160)] : [])].join(", ");
}

/** The step that an event belongs to, if it names one or its call. */
export function stepOfFact({ data }: RunFact, steps: { step: number; callId?: string }[]): number | undefined {
  const { step, callId } = data as { step?: number; callId?: string };
  return step ?? (callId === undefined ? undefined : steps.find((s) => s.callId === callId)?.step);
}
