import { useEffect, useSyncExternalStore } from "react";
import { Listeners, onWindow } from "../app/listeners.ts";
import type { ThreadSummary } from "@orleans-agents/client";
import { standingOf } from "../app/words.ts";

/** The newest activity that somebody has seen of each conversation. */
interface Seen {
  /** All up to this counts as seen: the first visit, later what was dropped. */
  since: number;
  at: Record<string, number>;
}

/** Conversations that are remembered; beyond that, what was seen longest ago is dropped. */
const most = 500;

const listeners = new Listeners(() => onWindow("storage", onStorage));
let place = "";
let seen: Seen = { since: 0, at: {} };

/** Of one person, who may not be the only one at this browser. */
export function openSeen(person: string) {
  place = `orleans-agents.seen.${person}`;
  seen = kept() ?? { since: Date.now(), at: {} };
  keep();
}

export const useSeen = () => useSyncExternalStore(listeners.subscribe, () => seen);

/** Something was said or done since it was looked at. A run at work is not news yet. */
export const isUnread = ({ since, at }: Seen, { id, run, updatedAt }: ThreadSummary) =>
  standingOf(run).tone !== "work" && Date.parse(updatedAt) > Math.max(since, at[id] ?? 0);

export function markSeen(id: string, updatedAt: string) {
  const time = Date.parse(updatedAt);
  if (!(time > Math.max(seen.since, seen.at[id] ?? 0))) return;
  // Another tab may have seen more.
  seen = bounded(merged(kept(), { ...seen, at: { ...seen.at, [id]: time } }));
  keep();
  listeners.call();
}

/** The conversation that is open is seen while the page is. */
export function useSeeing(id: string | undefined, ...activity: (string | undefined)[]) {
  const newest = activity.filter((at) => at !== undefined && at !== "").sort((a, b) => Date.parse(b!) - Date.parse(a!))[0];
  useEffect(() => {
    if (id === undefined || newest === undefined) return;
    const see = () => document.visibilityState === "visible" && markSeen(id, newest);
    see();
    document.addEventListener("visibilitychange", see);
    return () => document.removeEventListener("visibilitychange", see);
  }, [id, newest]);
}

function merged(other: Seen | undefined, own: Seen): Seen {
  if (!other) return own;
  const at = { ...other.at, ...own.at };
  for (const [id, time] of Object.entries(other.at)) at[id] = Math.max(time, at[id]!);
  return { since: Math.max(other.since, own.since), at };
}

function bounded({ since, at }: Seen): Seen {
  const entries = Object.entries(at).sort(([, a], [, b]) => b - a);
  if (entries.length <= most) return { since, at };
  return { since: Math.max(since, entries[most]![1]), at: Object.fromEntries(entries.slice(0, most)) };
}

function kept(): Seen | undefined {
  try {
    const { since, at } = JSON.parse(localStorage.getItem(place) ?? "") as Seen;
    return typeof since === "number" && typeof at === "object" ? { since, at } : undefined;
  } catch {
    // Nothing yet, or a browser that keeps nothing.
    return undefined;
  }
}

function keep() {
  try {
    localStorage.setItem(place, JSON.stringify(seen));
  } catch {
    // It holds until the page is closed.
  }
}

function onStorage(e: StorageEvent) {
  if (e.key !== place) return;
  seen = merged(kept(), seen);
  listeners.call();
}
