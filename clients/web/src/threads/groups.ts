import { waitsForSomebody, type ThreadSummary } from "@orleans-agents/client";

export interface Group {
  name: string;
  threads: ThreadSummary[];
}

const day = 86_400_000;
const Month = new Intl.DateTimeFormat("en", { month: "long", year: "numeric" });
const MonthOfYear = new Intl.DateTimeFormat("en", { month: "long" });

/** Those that wait for somebody, then the pinned ones, then the rest by the day of their newest activity. Takes them newest first and keeps that order. */
export function groupsOf(threads: ThreadSummary[], now: number): Group[] {
  const dateOf = dates(now);
  const groups = new Map<string, ThreadSummary[]>([["Waiting for you", []], ["Pinned", []]]);
  for (const thread of threads) {
    const name = waitsForSomebody(thread.run) ? "Waiting for you" : thread.pinned ? "Pinned" : dateOf(Date.parse(thread.updatedAt));
    const group = groups.get(name);
    if (group) group.push(thread);
    else groups.set(name, [thread]);
  }

  return [...groups].map(([name, threads]) => ({ name, threads })).filter((g) => g.threads.length > 0);
}

/** Days begin at midnight where the page is read. */
function dates(now: number): (at: number) => string {
  const today = new Date(now).setHours(0, 0, 0, 0);
  // From noon to noon, so that a day of 23 or 25 hours changes nothing.
  const yesterday = new Date(today - day / 2).setHours(0, 0, 0, 0);
  const week = new Date(today - 6.5 * day).setHours(0, 0, 0, 0);
  const year = new Date(now).getFullYear();
  return (at) =>
    at >= today ? "Today"
    : at >= yesterday ? "Yesterday"
    : at >= week ? "Previous 7 days"
    : (new Date(at).getFullYear() === year ? MonthOfYear : Month).format(at);
}
