import { lazy, Suspense, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import type { ThreadView } from "@orleans-agents/client";
import { useAgents, useThreads } from "@orleans-agents/client/react";
import { LiveThread } from "../conversation/LiveThread.tsx";
import { NewThread } from "../conversation/NewThread.tsx";
import { useRunPlace } from "../runs/place.ts";
import { useSession } from "../session/session.ts";
import { useThreadActions } from "../threads/actions.ts";
import { bringBack } from "../threads/deletions.ts";
import { openSeen } from "../threads/seen.ts";
import { ThreadList } from "../threads/ThreadList.tsx";
import { Away } from "./Away.tsx";
import { client } from "./client.ts";
import { commandsOf } from "./commands.ts";
import { useMedia } from "./hooks.ts";
import { Notices } from "./Notices.tsx";
import { goTo, summaryOf, useOpenThread } from "./openThread.ts";
import { Panel } from "./Panel.tsx";
import { PlacesContext, showTurn, type Places } from "./places.ts";
import { useThreadId } from "./route.ts";
import { Side } from "./Side.tsx";
import { Title } from "./Title.tsx";
import { usePalette } from "./usePalette.ts";

const notices = <Notices />;
const Palette = lazy(() => import("./palette/Palette.tsx"));
const RunPages = lazy(() => import("../runs/RunPages.tsx"));

export function App() {
  const session = useSession();
  useState(() => openSeen("me" in session ? `${session.me.tenant}/${session.me.user}` : ""));
  const threadId = useThreadId();
  const runPlace = useRunPlace();
  useEffect(() => {
    if (threadId) bringBack(threadId);
  }, [threadId]);
  const threads = useThreads(client);
  const { agents = [] } = useAgents(client);
  const [thread, setThread] = useState<ThreadView>();
  const narrow = useMedia("(max-width: 760px)");
  const medium = useMedia("(max-width: 1180px)");
  const [listOpen, setListOpen] = useState(false);
  const [stepsOpen, setStepsOpen] = useState(false);
  const [stepsHidden, setStepsHidden] = useState(false);
  const palette = usePalette();

  const shown = thread?.id === threadId ? thread : undefined;
  const live = useOpenThread(threadId, shown, threads);
  const actions = useThreadActions(threads.change, threadId);
  const closeList = useCallback(() => setListOpen(false), []);
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
  const toggleSteps = useCallback(() => (medium ? setStepsOpen((open) => !open) : setStepsHidden((hidden) => !hidden)), [medium]);
  const renamed = turns > 0 ? shown : undefined;
  const bar = (title: string, controls: ReactNode) => (
    <header className="bar">
      <button type="button" className="icon only-narrow" aria-label="Conversations" onClick={() => setListOpen(true)}><Lines /></button>
      <Title key={threadId} title={title || "New conversation"} onRename={renamed && ((written) => actions.rename(summaryOf(renamed), written))} />
      {controls}
      <button type="button" className="icon" aria-label="Steps and memory" aria-expanded={medium ? stepsOpen : !stepsHidden} onClick={toggleSteps}><Columns /></button>
    </header>
  );
  // Beside what they speak of; never under a drawer, where nothing can be reached.
  const noticesInList = !narrow || listOpen;

  return (
    <div className={`app${stepsHidden || medium || runPlace ? " no-steps" : ""}`}>
      <a className="skip" href="#main" onClick={(e) => { e.preventDefault(); document.querySelector<HTMLElement>(".composer textarea")?.focus(); }}>Skip to the message box</a>
      <Side as="nav" label="Conversations" drawer={narrow} open={listOpen} onClose={closeList}>
        <ThreadList {...{ threads, actions, live }} current={threadId} onChoose={closeList} onSearch={palette.open}>
          {noticesInList && notices}
        </ThreadList>
      </Side>
      <main id="main">
        {agents.some((a) => a.demo) && (
          <p className="banner demo" role="note">
            The <strong>demo model</strong> answers: it quotes your documents and does not reason. Set <code>OPENAI_API_KEY</code> for a real one.
          </p>
        )}
        {!threadId && !runPlace && <Away connection={threads.connection} />}
        {runPlace ? <Suspense fallback={<p className="loading" role="status">Loading…</p>}><RunPages place={runPlace} onThreads={() => setListOpen(true)} /></Suspense>
          : threadId ? <LiveThread key={threadId} threadId={threadId} agents={agents} onThread={setThread} bar={bar} />
          : <NewThread key="new" agents={agents} bar={bar} />}
      </main>
      {!runPlace && (!stepsHidden || medium) && (
        <Side as="aside" label="Steps and memory" drawer={medium} open={stepsOpen} onClose={() => setStepsOpen(false)}>
          <PlacesContext.Provider value={places}>
            <Panel key={threadId} thread={shown} />
          </PlacesContext.Provider>
        </Side>
      )}
      {!noticesInList && notices}
      {palette.isOpen && (
        <Suspense>
          <Palette
            commands={commandsOf(renamed && summaryOf(renamed), actions, toggleSteps)}
            recent={threads.items.slice(0, 6)}
            onOpen={(id, turn) => {
              closeList();
              goTo(id, turn);
            }}
            onClose={palette.close}
          />
        </Suspense>
      )}
    </div>
  );
}

const Lines = () => <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M2 4h12M2 8h12M2 12h8" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" /></svg>;
const Columns = () => <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M2.5 3.5h11v9h-11zM10 3.5v9" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" /></svg>;
