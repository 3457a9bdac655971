import { useEffect, useState } from "react";
import { faultOf, waitsForModel, type RunView } from "@orleans-agents/client";
import { duration, stateOf, type State } from "../app/words.ts";
import { useCommand, useNow } from "../app/hooks.ts";
import { useReason } from "../session/session.ts";
import { useCommands } from "./context.ts";
import { mendingOf } from "./mending.ts";

/** So long a person takes it for granted that something happens. */
const patience = 2000;

/** What a run that has not ended does or waits for, in words, and what moves it. */
export function RunState({ run }: { run: RunView }) {
  const still = useStill(run, patience);
  const now = useNow(run.until !== undefined || still !== undefined);
  const state = stateOf(run, now);
  if (!state) return null;
  return <StateLine live state={still === undefined ? state : silence(state, run, now - still)}>{waitsForModel(run) && <Retry run={run} />}</StateLine>;
}

/** A state with its reason, and room for what can be done about it. */
export function StateLine({ state: { tone, title, detail }, live = false, children }: { state: State; live?: boolean; children?: React.ReactNode }) {
  return (
    <div className={`run-state ${tone}`}>
      <div>
        <span className={`dot ${tone}`} aria-hidden="true" />
        {/* The running clock is visual only. A screen reader announces the state once. */}
        <strong aria-hidden={live || undefined}>{title}</strong>
        <div className="told" role={live ? "status" : undefined}>
          {live && <span className="unseen">{title.replace(/ (in|for) \d.*$/, "")}</span>}
          {detail && <span className="why">{detail}</span>}
        </div>
        {children}
      </div>
    </div>
  );
}

/** Why nothing is seen of a run that is at work. The fold knows it of one that waits for its turn; of a model that is asked there is only the time. */
function silence(state: State, run: RunView, ms: number): State {
  if (run.status === "queued" || (run.status === "running" && run.why && !run.fold.cancelling)) return { ...state, title: "Waiting…", detail: run.why };
  const { model } = run.fold;
  return model && !model.retrying && model.length === 0
    ? { ...state, title: `Waiting for the model's first word for ${duration(Math.floor(ms / 1000) * 1000).replace(".0", "")}` }
    : state;
}

/** Since when nothing has happened in a run, once that is longer than `ms`. By this device's clock: the service's may be another. */
function useStill(run: RunView, ms: number): number | undefined {
  const place = `${run.id}:${run.head}:${run.fold.model?.length ?? 0}`;
  const [still, setStill] = useState<{ place: string; since: number }>();
  useEffect(() => {
    const since = Date.now();
    const timer = setTimeout(() => setStill({ place, since }), ms);
    return () => clearTimeout(timer);
  }, [place, ms]);
  return still?.place === place ? still.since : undefined;
}

function Retry({ run }: { run: RunView }) {
  const { retry } = useCommands();
  const command = useCommand();
  const refused = useReason("steer", "Retrying");
  const mending = mendingOf(faultOf(run)?.code);
  return (
    <div className="retry">
      {mending && <p>{mending}</p>}
      <button type="button" disabled={command.busy || refused !== undefined} title={refused} onClick={() => command.run(() => retry(run.id))}>Retry now</button>
      {refused && <span className="note">{refused}</span>}
      {command.failure && <span className="failure" role="alert">{command.failure}</span>}
    </div>
  );
}
