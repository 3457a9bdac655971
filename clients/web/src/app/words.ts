import { asksSomebody, type AssistantMessage, type RunView, type StoppedBy } from "@orleans-agents/client";

export type Tone = "work" | "ask" | "hold" | "done" | "bad" | "off";

/** A word and a colour for where a run stands. */
export function standingOf(run?: { status: string | null; reason?: string | null } | null): { word: string; tone: Tone } {
  switch (run?.status) {
    case "queued":
      return { word: "Starting", tone: "work" };
    case "running":
      return { word: "Working", tone: "work" };
    case "waiting":
      return asksSomebody(run)
        ? { word: "Needs you", tone: "ask" }
        : { word: run.reason === "timer" ? "Scheduled" : run.reason === "provider" ? "Provider refuses" : "Trying again", tone: "hold" };
    case "paused":
      return { word: "Paused", tone: run.reason === "user" ? "hold" : "ask" };
    case "completed":
      return { word: "Answered", tone: "done" };
    case "failed":
      return { word: "Failed", tone: "bad" };
    case "cancelled":
      return { word: "Stopped", tone: "off" };
    default:
      return { word: "New", tone: "off" };
  }
}

export const isActive = (run?: { status: string | null } | null) => run != null && !["completed", "failed", "cancelled"].includes(run.status ?? "");

export const titleOf = (thread: { title?: string | null }, input?: string) => thread.title?.trim() || firstLine(input) || "Untitled";

export const firstLine = (text?: string) => text?.trim().split("\n")[0]?.slice(0, 120);

const Numbers = new Intl.NumberFormat("en");
export const count = (n: number) => Numbers.format(n);

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min ${Math.round((ms % 60_000) / 1000)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const between = (from?: string, to?: string) => (from && to ? duration(Date.parse(to) - Date.parse(from)) : undefined);

const Day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const Clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const Exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export const exactly = (at: string) => Exact.format(new Date(at));

/** Short enough for a list: how long ago, the time of today, or the day. */
export function ago(at: string, now: number): string {
  const ms = now - Date.parse(at);
  if (ms < 60_000) return "now";
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`;
  return new Date(at).toDateString() === new Date(now).toDateString() ? Clock.format(new Date(at)) : Day.format(new Date(at));
}

/** What is left until a time, in words. */
export function left(until: string, now: number): string {
  const ms = Date.parse(until) - now;
  return ms <= 0 ? "now" : ms > 86_400_000 ? `on ${exactly(until)}` : `in ${duration(Math.ceil(ms / 1000) * 1000).replace(".0", "")}`;
}

const toolsOf = (parts: AssistantMessage["parts"]) => [...new Set(parts.map((p) => (p.kind === "tool" ? p.tool : "")))].join(", ");

/** The name of a person; none where the service runs without sign-in. */
const nameOf = (by: StoppedBy | undefined) => (by?.user === "local" ? undefined : by?.user);

/** What stopped an answer before its end, as a line below its text. */
export function stopLineOf(by: StoppedBy): string {
  if (by.how === "message") return "You interrupted it here.";
  if (by.how === "budget") return "Stopped here: its budget is used up.";
  const word = by.how === "pause" ? "Paused" : "Stopped";
  const name = nameOf(by);
  return name ? `${word} by ${name}.` : `${word} here.`;
}

/** With who did it, unless the line below the stopped answer names them. */
function byWhom(word: string, { stoppedBy }: RunView, open?: AssistantMessage): string {
  const name = open?.stoppedBy ? undefined : nameOf(stoppedBy);
  return name ? `${word} by ${name}` : word;
}

export interface State {
  tone: Tone;
  title: string;
  detail?: string;
}

/** What a run does at the moment, in words; nothing once it has answered. */
export function stateOf(run: RunView, now: number): State | undefined {
  const open = run.messages.findLast((m) => m.role === "assistant");
  switch (run.status) {
    case "queued":
      return { tone: "work", title: "Starting…" };
    case "running": {
      if (run.fold.cancelling) return { tone: "work", title: "Stopping…", detail: run.why };
      const calls = open?.parts.filter((p) => p.kind === "tool" && p.phase === "running") ?? [];
      if (calls.length > 0) return { tone: "work", title: `Calling ${toolsOf(calls)}…` };
      const checked = open?.parts.filter((p) => p.kind === "tool" && p.phase === "checking") ?? [];
      if (checked.length > 0) return { tone: "work", title: `Looking up what became of ${toolsOf(checked)}…` };
      const last = open?.parts.at(-1);
      return { tone: "work", title: open?.open && last?.kind === "text" ? "Writing…" : "Thinking…" };
    }
    case "waiting": {
      const when = run.until ? left(run.until, now) : "";
      if (asksSomebody(run)) return { tone: "ask", title: "This needs your decision", detail: "See the call above." };
      if (run.reason === "timer") return { tone: "hold", title: `Starts ${when}` };
      const unknown = open?.parts.some((p) => p.kind === "tool" && p.phase === "unknown" && p.retryAt === run.until);
      if (unknown) return { tone: "hold", title: `Looking it up again ${when}`, detail: run.why };
      if (run.reason === "provider") return { tone: "hold", title: `The model's provider refuses; tried again ${when}`, detail: run.why };
      // A failed attempt shows its own error. While the model is not asked, there is another reason, or no attempt at all.
      return { tone: "hold", title: `Trying again ${when}`, detail: open?.failed && !run.fold.hold ? undefined : run.why };
    }
    case "paused":
      return run.reason === "user"
        ? { tone: "hold", title: byWhom("Paused", run, open), detail: run.why }
        : { tone: "ask", title: "Paused", detail: run.why };
    case "failed":
      return { tone: "bad", title: "This turn failed", detail: run.error?.message };
    case "cancelled":
      return { tone: "off", title: byWhom("Stopped", run, open) };
    default:
      return undefined;
  }
}
