import type { SummaryView } from "@orleans-agents/client";

export interface Difference {
  onlyHere: SummaryView[];
  onlyThere: SummaryView[];
  both: SummaryView[];
}

/** What two versions of a memory are made of. A summary is known by the version that it came with: its text never changes. */
export function compare(here: SummaryView[], there: SummaryView[]): Difference {
  const names = (all: SummaryView[]) => new Set(all.map((s) => s.version));
  const [inHere, inThere] = [names(here), names(there)];
  return {
    onlyHere: here.filter((s) => !inThere.has(s.version)),
    onlyThere: there.filter((s) => !inHere.has(s.version)),
    both: here.filter((s) => inThere.has(s.version)),
  };
}
