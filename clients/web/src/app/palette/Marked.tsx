import type { ThreadMatch } from "@orleans-agents/client";

/** A passage with the words that were searched for. It and its marks come from the service as data: anything may be in them. */
export function Marked({ match: { text, marks } }: { match: Pick<ThreadMatch, "text" | "marks"> }) {
  let at = 0;
  const parts = [...marks].sort((a, b) => a.from - b.from).flatMap(({ from, length }, n) => {
    const begin = Math.max(at, from);
    const end = Math.min(text.length, from + length);
    if (!(end > begin)) return [];
    const before = text.slice(at, begin);
    at = end;
    return [before, <mark key={n}>{text.slice(begin, end)}</mark>];
  });
  return <>{parts}{text.slice(at)}</>;
}
