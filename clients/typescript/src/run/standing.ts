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
  const { ended, cancelling, pause, started, startAt, model, hold, lastFault } = v.fold;
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
  if (hold) {
    const why = sentences("Its model is not asked at present.", hold.error?.message, again(hold.reason));
    return { status: "waiting", reason: hold.reason, why, until: hold.until };
  }

  if (model?.retrying && model.retryAt && model.wait === "provider") {
    const why = sentences(lastFault?.message ?? "The model's provider refuses the request.", again("provider"));
    return { status: "waiting", reason: "provider", why, until: model.retryAt };
  }

  const later = calls.filter((c) => c.phase === "retrying" || c.phase === "unknown");
  const retryAt = earliest([model?.retrying ? model.retryAt : undefined, ...later.map((c) => c.retryAt)]);
  if (!retryAt) return { status: "running", why: "It waits for its turn at its model, or for a process that goes on with it. Nothing has to be done." };
  const unknown = later.some((c) => c.phase === "unknown" && c.retryAt === retryAt);
  const why = unknown
    ? "Nobody knows yet whether a call took effect; it is looked up again."
    : sentences("The last attempt failed.", lastFault?.message, again("retry"));
  return { status: "waiting", reason: "retry", why, until: retryAt };
}

/** When the model is asked again, in words without a time: that is `until`. */
const again = (reason: string) =>
  reason === "provider"
    ? "The model is asked again by itself, and at once when it answers another run. Mend what it names and retry, or stop the run."
    : "The next attempt follows by itself.";

/** Joins sentences; what the model's server wrote may end without a full stop. */
const sentences = (...all: (string | undefined)[]) =>
  all.map((s) => s?.trim()).filter((s) => s).map((s) => (/[.!?…]$/.test(s!) ? s : `${s}.`)).join(" ");

function whyPaused(v: RunView, reason: string, inFlight: boolean): string {
  const open = inFlight ? " Calls in flight are left to finish." : "";
  switch (reason) {
    case "user":
      return `A person paused it.${open}`;
    case "budget":
      return `Its budget${v.fold.budgetReached ? ` of ${v.fold.budgetReached}` : ""} is used up; resuming grants it once more.${open}`;
    case "provider":
      return sentences("Its model gave 3 times in a row what waiting cannot mend.", v.fold.lastFault?.message, "Resuming tries again.") + open;
    case "restored":
      return `The store came back from a backup, and the run may have gone on since. Look at what it did, then resume it or stop it.${open}`;
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
