import { useSyncExternalStore } from "react";
import { onWindow } from "../app/listeners.ts";

/** Where in the pages of runs the address leads: the list, or a run and perhaps a step of it. */
export interface RunPlace {
  runId?: string;
  step?: number;
}

export function placeOf(hash: string): RunPlace | undefined {
  if (/^#\/runs\/?$/.test(hash)) return {};
  const found = /^#\/r\/(run_[A-Za-z0-9_-]{1,64})(?:\?(.*))?$/.exec(hash);
  if (!found) return undefined;
  const step = new URLSearchParams(found[2]).get("step");
  return { runId: found[1]!, ...(step && /^\d{1,9}$/.test(step) ? { step: Number(step) } : {}) };
}

const subscribe = (changed: () => void) => onWindow("hashchange", changed);

let known: { hash: string; place: RunPlace | undefined } = { hash: "", place: undefined };

/** The same object for the same address. */
function current() {
  if (known.hash !== location.hash) known = { hash: location.hash, place: placeOf(location.hash) };
  return known.place;
}

/** The place that the address names; undefined when it leads elsewhere. */
export const useRunPlace = () => useSyncExternalStore(subscribe, current);

export const runsHref = "#/runs";

export const runHref = (runId: string, step?: number) => `#/r/${runId}${step === undefined ? "" : `?step=${step}`}`;
