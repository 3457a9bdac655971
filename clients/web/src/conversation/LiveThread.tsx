import { useEffect } from "react";
import { newestRun, previewOf, type AgentView, type ThreadView } from "@orleans-agents/client";
import { useThread, type UseThread } from "@orleans-agents/client/react";
import { client } from "../app/client.ts";
import { standingOf, titleOf } from "../app/words.ts";
import { hrefOf } from "../app/route.ts";
import { Controls } from "./Controls.tsx";
import { Conversation } from "./Conversation.tsx";
import { ThreadCommands } from "./context.ts";

interface Props {
  threadId: string;
  agents: AgentView[];
  /** Told of each new state, so that the steps and the list follow. */
  onThread: (thread: ThreadView) => void;
  bar: (title: string, controls: React.ReactNode) => React.ReactNode;
}

/** A thread that exists: everything shown comes from its events. */
export function LiveThread({ threadId, agents, onThread, bar }: Props) {
  const live = useThread(client, threadId);
  const { thread, problem, connection } = live;
  const run = newestRun(thread);
  const title = titleOf(thread, previewOf(thread.turns[0]?.input));
  useEffect(() => onThread(thread), [thread, onThread]);
  useEffect(() => {
    const { word } = standingOf(run);
    document.title = thread.turns.length > 0 ? `${title} · ${word} · OrleansAgents` : "OrleansAgents";
  }, [title, run, thread.turns.length]);

  return (
    <>
      {bar(
        thread.turns.length > 0 ? title : "",
        <ThreadCommands.Provider value={live}>
          {run && <Pill run={run} />}
          {run && <Controls run={run} />}
        </ThreadCommands.Provider>,
      )}
      {connection === "away" && !problem && <p className="banner away" role="status">The connection was lost. Coming back…</p>}
      {problem ? <Missing problem={problem} /> : (
        <Conversation thread={thread} commands={live} agents={agents} send={live.send} empty={<p className="loading" aria-live="polite">Loading…</p>} />
      )}
    </>
  );
}

function Pill({ run }: { run: { status: string; reason?: string } }) {
  const { word, tone } = standingOf(run);
  return <span className={`pill ${tone}`}><span className={`dot ${tone}`} aria-hidden="true" />{word}</span>;
}

function Missing({ problem }: { problem: NonNullable<UseThread["problem"]> }) {
  const gone = problem.status === 404 || problem.status === 410;
  return (
    <div className="hello">
      <h2>{gone ? "This conversation does not exist" : "This conversation cannot be shown"}</h2>
      <p>{gone ? "It was deleted, or its address is not whole." : problem.message}</p>
      <p><a className="button" href={hrefOf()}>Begin a new one</a></p>
    </div>
  );
}
