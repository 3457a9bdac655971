import type { Step } from "@orleans-agents/client";
import { count } from "../app/words.ts";

export interface Calls {
  /** Calls that were made, or refused before they could be made. */
  calls: number;
  failed: number;
  /** Attempts after the first. */
  again: number;
}

/** The calls of one kind. A call that failed is a call, although it is in no usage. */
export function callsOfKind(steps: Step[], kind: Step["kind"]): Calls {
  const sum: Calls = { calls: 0, failed: 0, again: 0 };
  for (const step of steps) {
    if (step.kind !== kind || step.status === "planned") continue;
    sum.calls++;
    if (step.status === "failed") sum.failed++;
    sum.again += Math.max(0, step.attempts.length - 1);
  }
  return sum;
}

/** “24”, or “24 (2 failed, 1 tried again)”. */
export function callsText({ calls, failed, again }: Calls): string {
  const notes = [failed > 0 ? `${count(failed)} failed` : "", again > 0 ? `${count(again)} tried again` : ""].filter(Boolean);
  return count(calls) + (notes.length > 0 ? ` (${notes.join(", ")})` : "");
}
