import type { PendingView } from "../generated/openapi.js";
import { currentCalls } from "./calls.js";
import type { RunStatus, RunView, ToolCall } from "./view.js";

interface Standing {
  status: RunStatus;
  reason: string | undefined;
  why: string | undefined;
  until: string | undefined;
  pending: PendingView[];
}

/** Where a run stands after an event: status, reason, one sentence, and what it waits for from a person. */
export function standing(v: RunView): Standing {
  const calls = currentCalls(v);
  const pending = calls.filter((c) => c.phase === "deciding").map(asked);
  return { reason: undefined, why: undefined, until: undefined, pending, ...judged(v, calls) };
}

function judged(v: RunView, calls: ToolCall[]): Partial<Standing> & { status: RunStatus } {
  const { ended, cancelling, pause, started, startAt, model } = v.fold;
  if (ended) return { status: ended };
  if (cancelling) return { status: "running", why: "It is being cancelled: calls that may not be cut get 10 s to end." };
  const inFlight = (model !== undefined && !model.retrying) || calls.some((c) => c.phase === "running" || c.phase === "checking");
  if (pause) return { status: "paused", reason: pause.reason, why: whyPaused(v, pause.reason, inFlight) };
  if (!started) {
    return startAt
      ? { status: "waiting", reason: "timer", why: "It has not started yet: it waits for its time.", until: startAt }
      : { status: "queued", why: "It is about to start." };
  }

  if (inFlight) return { status: "running" };
  const question = calls.find((c) => c.phase === "deciding");
  if (question) return { status: "waiting", reason: "decision", why: question.question };
  if (model?.retrying && model.retryAt && model.wait === "provider") {
    const why = "The model's provider refuses the request. Mend the model's configuration, or stop the run; it is tried again by itself.";
    return { status: "waiting", reason: "provider", why, until: model.retryAt };
  }

  const later = calls.filter((c) => c.phase === "retrying" || c.phase === "unknown");
  const retryAt = earliest([model?.retrying ? model.retryAt : undefined, ...later.map((c) => c.retryAt)]);
  if (!retryAt) return { status: "running" };
  const unknown = later.some((c) => c.phase === "unknown" && c.retryAt === retryAt);
  const why = unknown ? "Nobody knows yet whether a call took effect; it is looked up again." : "The last attempt failed; the next follows by itself.";
  return { status: "waiting", reason: "retry", why, until: retryAt };
}

function whyPaused(v: RunView, reason: string, inFlight: boolean): string {
  const open = inFlight ? " Calls in flight are left to finish." : "";
  switch (reason) {
    case "user":
      return `A person paused it.${open}`;
    case "budget":
      return `Its budget${v.fold.budgetReached ? ` of ${v.fold.budgetReached}` : ""} is used up; resuming grants it once more.${open}`;
    case "quarantined":
      return `Its process died ${v.fold.interruptions} times in a row on the same step; resuming tries again.${open}`;
    case "corrupt":
      return "Its journal is damaged; it is left as it is.";
    case "newer_build":
      return "A newer build of the service began it; only one can go on with it.";
    default:
      return `It is paused (${reason}).${open}`;
  }
}

const asked = (c: ToolCall): PendingView => ({
  kind: "decision",
  callId: c.callId,
  tool: c.tool,
  arguments: c.arguments,
  ...(c.question === undefined ? {} : { text: c.question }),
  ...(c.retryFrom === undefined ? {} : { until: c.retryFrom }),
});

const earliest = (times: (string | undefined)[]) =>
  times.filter((t) => t !== undefined).sort((a, b) => Date.parse(a) - Date.parse(b))[0];
