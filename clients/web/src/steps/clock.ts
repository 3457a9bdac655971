import type { Attempt, Step } from "@orleans-agents/client";
import { duration } from "../app/words.ts";

/*
 * One clock for the whole page: the time of an attempt is the time between its started and its ended event. The time that a
 * tool measured of itself (`durationMs`) is a detail beside it, and the waits between attempts are no part of it.
 */

/** The part of an attempt that times it. */
type Timed = Pick<Attempt, "startedAt"> & { endedAt?: string };

/** Milliseconds of an attempt; of an open one, those until `now`. */
export const attemptTime = ({ startedAt, endedAt }: Timed, now: number): number =>
  Math.max(0, (endedAt ? Date.parse(endedAt) : now) - Date.parse(startedAt));

/** Milliseconds of all attempts of a step; undefined before the first. */
export const stepTime = (step: Step, now: number): number | undefined =>
  step.attempts.length === 0 ? undefined : step.attempts.reduce((sum, a) => sum + attemptTime(a, now), 0);

/** An attempt is open: its time goes on. */
export const isOpen = (step: Step): boolean => step.attempts.length > 0 && step.attempts.at(-1)!.endedAt === undefined;

/** A time in words; of one that goes on, in whole seconds. */
export function timeText(ms: number, open = false): string {
  if (!open) return ms < 1 ? "under 1 ms" : duration(ms);
  return ms < 1000 ? "under 1 s" : duration(Math.floor(ms / 1000) * 1000).replace(".0", "");
}
