import type { Usage } from "../generated/openapi.js";

/** A thread's compressed memory. Nothing that it stands for was deleted. */
export interface MemoryView {
  threadId: string;
  /** The present version; 0 while nothing was summarised. */
  version: number;
  /** The version that the summaries are of. */
  shown: number;
  /** Oldest first. */
  versions: MemoryVersion[];
  /** The oldest range first. */
  summaries: SummaryView[];
  /** Why the newest summary was not made; gone once one was. */
  failure?: null | MemoryFailure;
}

/** What made a version. */
export interface MemoryVersion {
  version: number;
  at: string;
  kind: "compacted" | "restored" | "forgotten";
  /** `extractive`, a model's name, or who restored. */
  by?: null | string;
  fromTurn?: null | number;
  throughTurn?: null | number;
  tokensBefore?: null | number;
  tokensAfter?: null | number;
  /** The version that it is like. */
  restored?: null | number;
  usage?: null | Usage;
}

/** A summary as the model is told it. Its text is data, whatever it says. */
export interface SummaryView {
  /** The version that it came with: its name. */
  version: number;
  /** 0 over turns, 1 over summaries of level 0, and so on. */
  level: number;
  fromTurn: number;
  throughTurn: number;
  by: string;
  text: string;
  facts?: null | string;
  tokens: number;
  tokensBefore: number;
  dropped: DroppedView[];
}

/** What a summary does not say word for word. */
export interface DroppedView {
  turn: number;
  tokens: number;
  why: string;
}

export interface MemoryFailure {
  at: string;
  code: string;
  message: string;
  /** In a row. */
  attempts: number;
  /** Not tried again before; absent when the next turn may. */
  retryAt?: null | string;
}
