import type { RunFact } from "../events.js";
import { changeCall, interrupted } from "./calls.js";
import type { RunView } from "./view.js";

type Fact<Type extends RunFact["type"]> = Extract<RunFact, { type: Type }>;

/** The tool is asked whether a call of unknown outcome took effect. */
export function beginCheck(v: RunView, e: Fact<"tool.checking">): RunView {
  const { callId, check } = e.data;
  const asked = changeCall(v, callId, { phase: "checking", check: { number: check }, retryAt: undefined });
  return { ...asked, steps: asked.steps.map((s) => (s.callId === callId ? { ...s, status: "checking" } : s)) };
}

/** What it found; a decision follows, or another check at `retryAt`. */
export function recordCheck(v: RunView, e: Fact<"tool.checked">): RunView {
  const { callId, check, finding, error, retryAt } = e.data;
  const counted = finding === "interrupted" ? { ...v, fold: interrupted(v) } : v;
  return changeCall(counted, callId, {
    phase: "unknown", check: { number: check, finding, ...(error ? { error } : {}) }, retryAt: retryAt ?? undefined,
  });
}
