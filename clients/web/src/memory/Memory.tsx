import { useEffect, useId, useRef, useState } from "react";
import type { MemoryView, ThreadView } from "@orleans-agents/client";
import { Compare } from "./Compare.tsx";
import { Failure } from "./Failure.tsx";
import { Restore } from "./Restore.tsx";
import { Summary } from "./Summary.tsx";
import { useMemory } from "./useMemory.ts";
import { Versions } from "./Versions.tsx";
import { nameOf } from "./words.ts";

interface Props {
  thread: ThreadView;
  /** The version that is looked at; without one it is the present version, whichever that is. */
  chosen?: number;
  onChoose: (version: number | undefined) => void;
}

/** What older turns are remembered as: every version, what each summary stands for, and what it leaves out. */
export function Memory({ thread, chosen, onChoose }: Props) {
  const { seq } = thread.memory;
  const { view, failure, refresh } = useMemory(thread.id, chosen, seq);
  const place = useRef<HTMLDivElement>(null);
  const restored = useRef(false);
  useEffect(() => {
    // What had the focus is gone with the version that it was about.
    if (restored.current) place.current?.focus();
    restored.current = false;
  }, [view?.shown]);
  if (!view) {
    return failure
      ? <div className="empty"><p className="failure" role="alert">{failure}</p><button type="button" onClick={refresh}>Try again</button></div>
      : <p className="note empty">Loading…</p>;
  }

  const present = () => {
    restored.current = true;
    onChoose(undefined);
    refresh();
  };
  return (
    <div className="memory" ref={place} tabIndex={-1}>
      {failure && <p className="failure" role="alert">{failure} <button type="button" className="quiet" onClick={refresh}>Try again</button></p>}
      {view.failure && <Failure failure={view.failure} />}
      {view.version === 0 ? <Nothing /> : (
        <>
          <Versions view={view} onChoose={(v) => onChoose(v === view.version ? undefined : v)} />
          <Shown view={view} seq={seq} onRestored={present} />
        </>
      )}
    </div>
  );
}

const Nothing = () => (
  <div className="empty">
    <p>Nothing is summarised yet.</p>
    <p className="note">When a conversation outgrows what its model can be told, older turns are summarised, and stand here with the turns that each summary is of and what it leaves out. The turns themselves stay, and every earlier version can be looked at and restored.</p>
  </div>
);

function Shown({ view, seq, onRestored }: { view: MemoryView; seq: number; onRestored: () => void }) {
  const [asked, setOther] = useState<number>();
  const other = asked === view.shown ? undefined : asked;
  const id = useId();
  const numbers = [...view.versions.map((v) => v.version).toReversed(), 0].filter((n) => n !== view.shown);
  const title = view.shown === 0 ? "Before the first summary" : `Version ${view.shown}`;
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <p className="note" role="status">{view.shown === view.version ? "This is the present version: the next turn is told from it." : `Not the present version: that is ${nameOf(view.version)}.`}</p>
      <div className="choices">
        <label>
          <span>Compare with</span>
          <select value={other ?? ""} onChange={(e) => setOther(e.target.value === "" ? undefined : Number(e.target.value))}>
            <option value="">nothing</option>
            {numbers.map((n) => <option key={n} value={n}>{nameOf(n)}</option>)}
          </select>
        </label>
        {view.shown !== view.version && <Restore threadId={view.threadId} version={view.shown} onRestored={onRestored} />}
      </div>
      {other !== undefined ? <Compare view={view} other={other} seq={seq} />
        : view.summaries.length === 0 ? <p className="note">No turn is summarised in it.</p>
        : view.summaries.map((s) => <Summary key={s.version} summary={s} />)}
    </section>
  );
}
