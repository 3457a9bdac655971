import type { MemoryView, SummaryView } from "@orleans-agents/client";
import { compare } from "./compare.ts";
import { Summary } from "./Summary.tsx";
import { useMemory } from "./useMemory.ts";
import { nameOf } from "./words.ts";

/** What the shown version has and another one has not, and the other way round. */
export function Compare({ view, other, seq }: { view: MemoryView; other: number; seq: number }) {
  const { view: there, failure } = useMemory(view.threadId, other, seq);
  if (there?.shown !== other) {
    return failure ? <p className="failure" role="alert">{failure}</p> : <p className="note">Loading…</p>;
  }

  const { onlyHere, onlyThere, both } = compare(view.summaries, there.summaries);
  return (
    <>
      <Part title={`Only in ${nameOf(view.shown)}`} summaries={onlyHere} />
      <Part title={`Only in ${nameOf(other)}`} summaries={onlyThere} />
      <Part title="In both" summaries={both} />
    </>
  );
}

function Part({ title, summaries }: { title: string; summaries: SummaryView[] }) {
  return (
    <section className="compared" aria-label={title}>
      <h4>{title}: {summaries.length === 0 ? "nothing" : summaries.length}</h4>
      {summaries.map((s) => <Summary key={s.version} summary={s} />)}
    </section>
  );
}
