import { useEffect, useMemo, useRef, useState } from "react";
import { newestRun, previewOf, type AgentView, type ThreadView } from "@orleans-agents/client";
import { useThread, useThreadCommands, type UseThread } from "@orleans-agents/client/react";
import { Away } from "../app/Away.tsx";
import { client } from "../app/client.ts";
import { standingOf, titleOf } from "../app/words.ts";
import { hrefOf } from "../app/route.ts";
import { conversationOf } from "./asMarkdown.ts";
import { Controls } from "./Controls.tsx";
import { Conversation } from "./Conversation.tsx";
import { ThreadCommands } from "./context.ts";
import { Copy } from "../content/Copy.tsx";
import { send, useOutbox } from "./outbox/useOutbox.ts";
import { pacer } from "./pace.ts";
import { useFacts } from "./useFacts.ts";

interface Props {
  threadId: string;
  agents: AgentView[];
  /** Told of each new fact, so that the steps and the list follow. */
  onThread: (thread: ThreadView) => void;
  bar: (title: string, controls: React.ReactNode) => React.ReactNode;
}

/** A thread that exists, or whose first message is on its way: everything else shown comes from its events. */
export function LiveThread({ threadId, agents, onThread, bar }: Props) {
  const [options] = useState(() => ({ schedule: pacer() }));
  const live = useThread(client, threadId, options);
  const { problem, connection } = live;
  const commands = useThreadCommands(client, threadId);
  const thread = useKept(live.thread);
  const newest = useRef(thread);
  newest.current = thread;
  const facts = useFacts(thread);
  const sendings = useOutbox(facts);
  const run = newestRun(facts);
  const begun = facts.turns.length > 0;
  const title = titleOf(facts, previewOf(facts.turns[0]?.input));
  const gone = facts.closed || (problem !== undefined && isGone(problem));
  useEffect(() => onThread(facts), [facts, onThread]);
  useEffect(() => {
    const { word } = standingOf(run);
    document.title = begun ? `${title} · ${word} · OrleansAgents` : "OrleansAgents";
  }, [title, run, begun]);

  const head = useMemo(() => bar(
    begun ? title : "",
    <ThreadCommands.Provider value={commands}>
      {run && !gone && <Pill run={run} />}
      {run && !gone && <Controls run={run} />}
      {begun && <Copy what="conversation" title="Copy conversation as Markdown" text={() => conversationOf(newest.current)} />}
    </ThreadCommands.Provider>,
  ), [bar, begun, title, commands, run, gone]);

  const missing = problem ? !(gone && begun) : connection.state === "idle" && sendings.length === 0;
  return (
    <>
      {head}
      <Away connection={connection} onRetry={live.reconnect} />
      {missing ? <Missing problem={problem} /> : (
        <Conversation
          thread={thread}
          facts={facts}
          commands={commands}
          agents={agents}
          send={send}
          closed={gone ? <Gone /> : undefined}
          empty={<p className="loading" aria-live="polite">Loading…</p>}
        />
      )}
    </>
  );
}

const isGone = ({ status }: NonNullable<UseThread["problem"]>) => status === 404 || status === 410;

/** What was seen last of a thread that has something: a reader does not lose it when it is deleted, or read again from the start. */
function useKept(thread: ThreadView): ThreadView {
  const kept = useRef(thread);
  if (thread.head > 0 || kept.current.id !== thread.id) kept.current = thread;
  return kept.current;
}

function Pill({ run }: { run: { status: string; reason?: string } }) {
  const { word, tone } = standingOf(run);
  return <span className={`pill ${tone}`}><span className={`dot ${tone}`} aria-hidden="true" />{word}</span>;
}

function Gone() {
  return (
    <div className="gone" role="alert">
      <p><strong>This conversation was deleted.</strong> Its text stays here until you leave or reload the page.</p>
      <a className="button" href={hrefOf()}>Begin a new one</a>
    </div>
  );
}

function Missing({ problem }: Pick<UseThread, "problem">) {
  const gone = !problem || isGone(problem);
  return (
    <div className="hello">
      <h2>{gone ? "This conversation does not exist" : "This conversation cannot be shown"}</h2>
      <p>{gone ? "It was deleted, or its address is incomplete." : problem.message}</p>
      <p><a className="button" href={hrefOf()}>Begin a new one</a></p>
    </div>
  );
}
