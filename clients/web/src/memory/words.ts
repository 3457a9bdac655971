import type { MemoryVersion } from "@orleans-agents/client";
import { count } from "../app/words.ts";

/** A summary that no model wrote: sentences of the turns themselves. */
export const writerOf = (by: string) => (by === "extractive" ? "in the turns’ own words" : `written by ${by}`);

/** What made a version, in a line. */
export function madeBy(v: MemoryVersion): string {
  switch (v.kind) {
    case "restored":
      return `As at ${nameOf(v.restored ?? 0)}, restored by ${v.by}`;
    case "forgotten":
      return `Turn ${v.fromTurn} was deleted, and what stood on it`;
    default:
      return `${v.fromTurn === v.throughTurn ? `Turn ${v.fromTurn}` : `Turns ${v.fromTurn}–${v.throughTurn}`} ${writerOf(v.by ?? "")}`;
  }
}

export const nameOf = (version: number) => (version === 0 ? "the start" : `version ${version}`);

export const tokensOf = (before: number, after: number) => `${count(before)} → ${count(after)} tokens`;
