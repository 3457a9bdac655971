import { memo, useDeferredValue, useMemo, useState } from "react";
import type { RunFact } from "@orleans-agents/client";
import { useCommand } from "../app/hooks.ts";
import { count } from "../app/words.ts";
import { filteredFacts, hintOf, typesOf } from "./events.ts";
import { exportRun } from "./exportRun.ts";
import { VirtualList } from "./VirtualList.tsx";

interface Props {
  runId: string;
  /** Grows in place; `head` says how far. */
  facts: readonly RunFact[];
  head: number;
  live: boolean;
  /** The seq of the chosen one; 0 for none. */
  chosen: number;
  onChoose: (seq: number) => void;
  onOpen: () => void;
}

/** All events of a run as its journal has them. */
export const Events = memo(function Events({ runId, facts, head, live, chosen, onChoose, onOpen }: Props) {
  const [type, setType] = useState("");
  const [text, setText] = useState("");
  const [follow, setFollow] = useState(false);
  const sought = useDeferredValue(text);
  const types = useMemo(() => typesOf(facts), [facts, head]);
  const shown = useMemo(() => filteredFacts(facts, type, sought), [facts, head, type, sought]);
  const began = Date.parse(facts[0]?.at ?? "");
  const saving = useCommand();
  return (
    <div className="waterfall">
      <div className="tools">
        <span className="filters" role="search" aria-label="Filter the events">
          <input type="search" aria-label="Text in an event" placeholder="Filter events" value={text} onChange={(e) => setText(e.target.value)} />
          <select aria-label="Type of event" value={type} onChange={(e) => setType(e.target.value)}>
            <option value="">Every type</option>
            {types.map((t) => <option key={t.type} value={t.type}>{`${t.type} (${count(t.count)})`}</option>)}
          </select>
        </span>
        <p className="note" role="status">{shown.length === head ? `${count(head)} events` : `${count(shown.length)} of ${count(head)} events`}</p>
        {live && <label className="check"><input type="checkbox" checked={follow} onChange={(e) => setFollow(e.target.checked)} />Follow</label>}
        <button type="button" className="quiet" disabled={saving.busy} onClick={() => void saving.run(() => exportRun(runId))}>{saving.busy ? "Exporting…" : "Export all"}</button>
        {saving.failure && <span className="failure" role="alert">{saving.failure}</span>}
      </div>
      <VirtualList
        label="Events"
        keys="The arrow keys choose an event, Enter opens it."
        count={shown.length}
        rowHeight={30}
        chosen={chosen === 0 ? -1 : shown.findIndex((f) => f.seq === chosen)}
        onChoose={(i) => onChoose(shown[i]!.seq)}
        onOpen={onOpen}
        follow={follow && live}
      >
        {(i) => {
          const fact = shown[i]!;
          return (
            <span className="event">
              <span className="number">{fact.seq}</span>
              <span className="at">{`+${((Date.parse(fact.at) - began) / 1000).toFixed(3)} s`}</span>
              <code className="type">{fact.type}</code>
              <span className="hint">{hintOf(fact)}</span>
            </span>
          );
        }}
      </VirtualList>
    </div>
  );
});
