import { useCallback, useRef, useState, type ReactNode } from "react";
import { newestRun, type AgentView, type ThreadView } from "@orleans-agents/client";
import type { ThreadCommands as Commands } from "@orleans-agents/client/react";
import { isActive } from "../app/words.ts";
import { Announcer } from "./Announcer.tsx";
import { Blocks } from "./Blocks.tsx";
import { ThreadCommands } from "./context.ts";
import { Foot } from "./Foot.tsx";
import type { Unsent } from "./outbox/kept.ts";
import { useOutbox } from "./outbox/useOutbox.ts";
import { rowsOf } from "./rows.ts";
import { RunState } from "./RunState.tsx";
import { Sendings } from "./Sendings.tsx";
import { useDraft } from "./useDraft.ts";
import { Viewport } from "./Viewport.tsx";

interface Props {
  thread: ThreadView;
  /** The thread for what does not show its words: `useFacts`. */
  facts: ThreadView;
  commands?: Commands;
  agents: AgentView[];
  send: (message: Omit<Unsent, "key">) => void;
  /** Stands in place of the message box where nothing can be said any longer. */
  closed?: ReactNode;
  empty: ReactNode;
}

/** The messages, what the run does, and the composer. The same for a thread that does not exist yet. */
export function Conversation({ thread, facts, commands, agents, send, closed, empty }: Props) {
  const [text, setText] = useDraft(thread.id);
  const [sent, setSent] = useState(0);
  const foot = useRef<HTMLElement>(null);
  const sendings = useOutbox(facts);
  const run = newestRun(thread);
  const rows = rowsOf(thread);

  const onSend = useCallback((message: Omit<Unsent, "key">) => {
    setText("");
    setSent((n) => n + 1);
    send(message);
  }, [setText, send]);
  const edit = useCallback((taken: string) => {
    setText((now) => (now.trim() === "" ? taken : `${now}\n${taken}`));
    foot.current?.querySelector("textarea")?.focus();
  }, [setText]);

  return (
    <ThreadCommands.Provider value={commands}>
      <div className="conversation">
        <Viewport sent={sent}>
          {rows.length === 0 && sendings.length === 0 ? empty : (
            <div className="messages" role="log" aria-label="Conversation" aria-live="off">
              <Blocks rows={rows} />
              {run && isActive(run) && <RunState run={run} />}
              <Sendings messages={sendings} edit={edit} />
            </div>
          )}
        </Viewport>
        <Announcer thread={facts} />
        <footer className="foot" ref={foot}>
          {closed ?? <Foot {...{ thread: facts, agents, text, setText }} send={onSend} />}
        </footer>
      </div>
    </ThreadCommands.Provider>
  );
}
