import { useCallback, useMemo, useState, type ReactNode } from "react";
import { newestRun, type ThreadSummary, type ThreadView } from "@orleans-agents/client";
import { LiveThread } from "../conversation/LiveThread.tsx";
import { NewThread } from "../conversation/NewThread.tsx";
import { ThreadList } from "../threads/ThreadList.tsx";
import { client } from "./client.ts";
import { useMedia } from "./hooks.ts";
import { Panel } from "./Panel.tsx";
import { PlacesContext, showTurn, type Places } from "./places.ts";
import { usePolling } from "./polling.ts";
import { useThreadId } from "./route.ts";
import { Side } from "./Side.tsx";

const askThreads = async (signal: AbortSignal) => (await client.listThreads({ limit: 200 }, signal)).items;
const askAgents = (signal: AbortSignal) => client.agents(signal);
const none: never[] = [];

export function App() {
  const threadId = useThreadId();
  const threads = usePolling(askThreads, 2500);
  const agents = usePolling(askAgents, 30_000);
  const [thread, setThread] = useState<ThreadView>();
  const narrow = useMedia("(max-width: 760px)");
  const medium = useMedia("(max-width: 1180px)");
  const [listOpen, setListOpen] = useState(false);
  const [stepsOpen, setStepsOpen] = useState(false);
  const [stepsHidden, setStepsHidden] = useState(false);

  const shown = thread?.id === threadId ? thread : undefined;
  const listed = useMemo(() => threads.value?.map((t) => withLive(t, shown)), [threads.value, shown]);
  const known = agents.value ?? none;
  const demo = known.some((a) => a.demo);
  const turns = shown?.turns.length ?? 0;
  const places = useMemo<Places>(() => ({
    turns: new Set(shown?.turns.map((t) => t.turn)),
    toTurn: (turn) => {
      // A drawer lies over the conversation, and gives the focus back when it closes.
      setStepsOpen(false);
      requestAnimationFrame(() => showTurn(turn));
    },
    toMemory: () => {},
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }), [threadId, turns]);
  const toggleSteps = () => (medium ? setStepsOpen(!stepsOpen) : setStepsHidden(!stepsHidden));
  const bar = useCallback((title: string, controls: ReactNode) => (
    <header className="bar">
      <button type="button" className="icon only-narrow" aria-label="Threads" onClick={() => setListOpen(true)}><Lines /></button>
      <h1>{title || "New conversation"}</h1>
      {controls}
      <button type="button" className="icon" aria-label="Steps and memory" aria-expanded={medium ? stepsOpen : !stepsHidden} onClick={toggleSteps}><Columns /></button>
    </header>
    // eslint-disable-next-line react-hooks/exhaustive-deps
  ), [medium, stepsOpen, stepsHidden]);

  return (
    <div className={`app${stepsHidden || medium ? " no-steps" : ""}`}>
      <a className="skip" href="#main" onClick={(e) => { e.preventDefault(); document.querySelector<HTMLElement>(".composer textarea")?.focus(); }}>Skip to the message box</a>
      <Side as="nav" label="Threads" drawer={narrow} open={listOpen} onClose={() => setListOpen(false)}>
        <ThreadList threads={listed} failed={threads.failed} current={threadId} onChoose={() => setListOpen(false)} />
      </Side>
      <main id="main">
        {demo && (
          <p className="banner demo" role="note">
            The <strong>demo model</strong> answers: it quotes your documents and does not reason. Set <code>OPENAI_API_KEY</code> for a real one.
          </p>
        )}
        {threadId
          ? <LiveThread key={threadId} threadId={threadId} agents={known} onThread={setThread} bar={bar} />
          : <NewThread key="new" agents={known} bar={bar} onPosted={threads.refresh} />}
      </main>
      {(!stepsHidden || medium) && (
        <Side as="aside" label="Steps and memory" drawer={medium} open={stepsOpen} onClose={() => setStepsOpen(false)}>
          <PlacesContext.Provider value={places}>
            <Panel key={threadId} thread={shown} />
          </PlacesContext.Provider>
        </Side>
      )}
    </div>
  );
}

/** The open thread is known better than the list knows it. */
function withLive(listed: ThreadSummary, live?: ThreadView): ThreadSummary {
  const run = live?.id === listed.id ? newestRun(live) : undefined;
  if (!run || run.head === 0 || !listed.run || (listed.run.id === run.id && listed.run.head > run.head)) return listed;
  return { ...listed, run: { ...listed.run, id: run.id, status: run.status, reason: run.reason } };
}

const Lines = () => <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M2 4h12M2 8h12M2 12h8" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" /></svg>;
const Columns = () => <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M2.5 3.5h11v9h-11zM10 3.5v9" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" /></svg>;
