import { memo } from "react";
import type { RunFact, RunView } from "@orleans-agents/client";
import { Value } from "../content/Value.tsx";
import { Copy } from "../content/Copy.tsx";
import { stepOfFact } from "./events.ts";

/** An event, word for word. */
export function EventPane({ fact, run, onStep }: { fact?: RunFact; run: RunView; onStep: (step: number) => void }) {
  if (!fact) return <div className="pane"><header className="pane-head"><h2>Event</h2></header><p className="note">Choose an event to see all of it.</p></div>;
  const step = stepOfFact(fact, run.steps);
  return (
    <div className="pane step-body">
      <header className="pane-head">
        <h2><span className="number">{fact.seq}</span> <code>{fact.type}</code></h2>
        <Copy what="JSON of this event" word="Copy JSON" text={() => JSON.stringify(fact, null, 2)} />
      </header>
      <p className="note">
        <time dateTime={fact.at}>{fact.at}</time>
        {step !== undefined && <> · <button type="button" className="link" onClick={() => onStep(step)}>Step {step}</button></>}
      </p>
      <Whole fact={fact} />
    </div>
  );
}

// The words that a model writes meanwhile do not change an event.
const Whole = memo(function Whole({ fact }: { fact: RunFact }) {
  return <Value value={fact} label={`Event ${fact.seq}`} />;
});
