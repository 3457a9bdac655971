import { Away } from "../app/Away.tsx";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { previewOf } from "@orleans-agents/client";
import { client } from "../app/client.ts";
import { useMedia } from "../app/hooks.ts";
import { PlacesContext, type Places } from "../app/places.ts";
import { open as openThread } from "../app/route.ts";
import { Side } from "../app/Side.tsx";
import { Tabs } from "../app/Tabs.tsx";
import { firstLine } from "../app/words.ts";
import { ThreadCommands } from "../conversation/context.ts";
import { runCommands } from "./commands.ts";
import { EventPane } from "./EventPane.tsx";
import { Events } from "./Events.tsx";
import { placeOf, runHref } from "./place.ts";
import { Missing, RunHead } from "./RunHead.tsx";
import { RunStore } from "./runStore.ts";
import { StepPane } from "./StepPane.tsx";
import { Waterfall } from "./Waterfall.tsx";

const tabs = [{ name: "steps" as const, title: "Waterfall" }, { name: "events" as const, title: "Events" }];

/** Milliseconds of quiet before the address follows the choice: browsers slow a page that changes it with every key. */
const Quiet = 300;

/** A run at its own address: what it does, its steps over time, and all its events. */
export function RunPage({ runId, step, onThreads }: { runId: string; step?: number; onThreads: () => void }) {
  const store = useMemo(() => new RunStore(client, runId), [runId]);
  const { run, trace, connection, problem } = useSyncExternalStore(store.subscribe, store.get);
  const [tab, setTab] = useState<"steps" | "events">("steps");
  const [chosen, setChosen] = useChosenStep(runId, step);
  const [seq, setSeq] = useState(0);
  const drawer = useMedia("(max-width: 1180px)");
  const [paneOpen, setPaneOpen] = useState(step !== undefined);
  const threadId = threadOf(trace.facts[0]?.data);
  const places = useMemo<Places>(() => ({ turns: new Set(), toTurn: () => {}, toMemory: () => openThread(threadId) }), [threadId]);
  useEffect(() => {
    document.title = run.head > 0 ? `${firstLine(previewOf(run.input)) || run.id} · ${run.status} · OrleansAgents` : "Run · OrleansAgents";
  }, [run.head, run.input, run.id, run.status]);

  if (problem) return <Missing problem={problem} onThreads={onThreads} />;
  const openPane = () => setPaneOpen(true);
  return (
    <ThreadCommands.Provider value={runCommands}>
      <PlacesContext.Provider value={places}>
        <div className="run-page">
          <RunHead run={run} threadId={threadId} onThreads={onThreads} />
          <Away connection={connection} />
          {run.head === 0 ? <p className="loading" role="status">Loading…</p> : (
            <div className="run-body">
              <div className="run-main">
                <Tabs label="About this run" tabs={tabs} chosen={tab} onChoose={setTab}>
                  {tab === "steps"
                    ? <Waterfall run={run} trace={trace} chosen={chosen} onChoose={setChosen} onOpen={openPane} />
                    : <Events runId={runId} facts={trace.facts} head={run.head} live={run.endedAt === undefined} chosen={seq} onChoose={setSeq} onOpen={openPane} />}
                </Tabs>
              </div>
              <Side as="aside" label={tab === "steps" ? "Chosen step" : "Chosen event"} drawer={drawer} open={paneOpen} onClose={() => setPaneOpen(false)}>
                {tab === "steps"
                  ? <StepPane run={run} trace={trace} step={chosen} />
                  : <EventPane fact={trace.facts[seq - 1]} onStep={(n) => { setTab("steps"); setChosen(n); }} run={run} />}
              </Side>
            </div>
          )}
        </div>
      </PlacesContext.Provider>
    </ThreadCommands.Provider>
  );
}

/** The step of the address: 0 is the run itself. */
function useChosenStep(runId: string, first = 0): [number, (step: number) => void] {
  const [chosen, setChosen] = useState(first);
  useEffect(() => {
    const moved = () => {
      const place = placeOf(location.hash);
      if (place?.runId === runId) setChosen(place.step ?? 0);
    };
    window.addEventListener("hashchange", moved);
    return () => window.removeEventListener("hashchange", moved);
  }, [runId]);
  useEffect(() => {
    const timer = setTimeout(() => {
      const here = placeOf(location.hash);
      if (here?.runId === runId && (here.step ?? 0) !== chosen) history.replaceState(history.state, "", runHref(runId, chosen || undefined));
    }, Quiet);
    return () => clearTimeout(timer);
  }, [runId, chosen]);
  return [chosen, setChosen];
}

const threadOf = (created: unknown) => (created as { threadId?: string | null } | undefined)?.threadId ?? undefined;
