import type { ContextManifest, NumberRange } from "@orleans-agents/client";

/** What a part of a request is, in words, and whether its numbers are turns of the thread or events of the run. */
const Parts: Record<string, { title: string; of?: "turns" | "events" }> = {
  instructions: { title: "Instructions" },
  tools: { title: "Tools" },
  summaries: { title: "Summaries of older turns", of: "turns" },
  facts: { title: "Facts of older turns", of: "turns" },
  passages: { title: "Passages found by what is asked", of: "turns" },
  turns: { title: "Turns, word for word", of: "turns" },
  user: { title: "What is kept of the user" },
  input: { title: "What is asked" },
  kept: { title: "Facts of this run’s older messages", of: "events" },
  messages: { title: "This run’s messages", of: "events" },
};

/** One that this page does not know yet has its own name. */
export const partOf = (name: string) => Parts[name] ?? { title: name };

export interface Segment {
  part: string;
  title: string;
  tokens: number;
  of?: { what: "turns" | "events"; ranges: NumberRange[] };
  /** In thousandths of the bar. */
  from: number;
  width: number;
}

export interface Bar {
  segments: Segment[];
  /** Tokens of the budget that were not taken; below 0 where it was not enough. */
  free: number;
}

/** The parts side by side, as wide as their share of the budget; of a request that is larger than its budget, of the request. */
export function barOf({ budget, parts }: ContextManifest): Bar {
  const taken = parts.reduce((sum, p) => sum + p.tokens, 0);
  const scale = 1000 / Math.max(budget, taken, 1);
  let before = 0;
  const segments = parts.filter((p) => p.tokens > 0).map(({ part, tokens, of }): Segment => {
    const { title, of: what } = partOf(part);
    const from = before * scale;
    before += tokens;
    return { part, title, tokens, from, width: tokens * scale, ...(of?.length && what ? { of: { what, ranges: of } } : {}) };
  });
  return { segments, free: budget - taken };
}

export const percentOf = (tokens: number, budget: number) => {
  const percent = (tokens / Math.max(budget, 1)) * 100;
  return percent > 0 && percent < 1 ? "under 1 %" : `${Math.round(percent)} %`;
};
