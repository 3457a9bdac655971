import { useCallback, useRef, useState, type ReactNode } from "react";
import { newestRun, previewOf, type AgentView, type Message, type ThreadView } from "@orleans-agents/client";
import type { UseThread } from "@orleans-agents/client/react";
import { isActive } from "../app/words.ts";
import { useReason } from "../session/session.ts";
import { Announcer } from "./Announcer.tsx";
import { Blocks } from "./Blocks.tsx";
import { Composer } from "./Composer.tsx";
import { ThreadCommands } from "./context.ts";
import type { Delivery } from "./Deliver.tsx";
import type { Unsent } from "./outbox/kept.ts";
import { useOutbox } from "./outbox/useOutbox.ts";
import { Queued } from "./Queued.tsx";
import { rowsOf } from "./rows.ts";
import { RunState } from "./RunState.tsx";
import { Sendings } from "./Sendings.tsx";
import { useEscape } from "./useEscape.ts";
import { useDraft } from "./useDraft.ts";
import { Viewport } from "./Viewport.tsx";

interface Props {
  thread: ThreadView;
  commands?: UseThread;
  agents: AgentView[];
  send: (message: Omit<Unsent, "key">) => void;
  /** Stands in place of the message box where nothing can be said any longer. */
  closed?: ReactNode;
  empty: ReactNode;
}

/** The messages, what the run does, and the composer. The same for a thread that does not exist yet. */
export function Conversation({ thread, commands, agents, send, closed, empty }: Props) {
  const [text, setText] = useDraft(thread.id);
  const [delivery, setDelivery] = useState<Delivery>("steer");
  const [agent, setAgent] = useState<string>();
  const [sent, setSent] = useState(0);
  const foot = useRef<HTMLElement>(null);
  const sendings = useOutbox(thread);
  const run = newestRun(thread);
  const active = isActive(run);
  const mayStop = useReason("steer", "Stopping") === undefined;
  const chosen = agent ?? agents.find((a) => a.name === "docs")?.name ?? agents[0]?.name;
  const rows = rowsOf(thread);
  const begins = thread.turns.length === 0;

  useEscape(active && mayStop && commands && !run!.fold.cancelling ? () => void commands.cancel(run!.id).catch(() => {}) : undefined);

  const onSend = (input: string) => {
    setText("");
    setSent(sent + 1);
    // To cut an answer is chosen for one message, not for all that follow.
    if (delivery === "interrupt") setDelivery("steer");
    send({ threadId: thread.id, input, ...(active ? { delivery, runId: run!.id } : {}), ...(begins && chosen ? { agent: chosen } : {}) });
  };
  const edit = useCallback((taken: string) => {
    setText((now) => (now.trim() === "" ? taken : `${now}\n${taken}`));
    foot.current?.querySelector("textarea")?.focus();
  }, []);

  return (
    <ThreadCommands.Provider value={commands}>
      <div className="conversation">
        <Viewport sent={sent}>
          {rows.length === 0 && sendings.length === 0 ? empty : (
            <div className="messages" role="log" aria-label="Conversation" aria-live="off">
              <Blocks rows={rows} />
              {run && active && <RunState run={run} />}
              <Sendings messages={sendings} edit={edit} />
            </div>
          )}
        </Viewport>
        <Announcer thread={thread} />
        <footer className="foot" ref={foot}>
          {closed ?? (
            <>
              <Queued messages={thread.queued} />
              <Composer {...{ text, setText, onSend, active, delivery, setDelivery, agents, agent: chosen, last: lastSaid(thread) }} setAgent={begins ? setAgent : undefined} />
            </>
          )}
        </footer>
      </div>
    </ThreadCommands.Provider>
  );
}

const isSaid = (m: Message) => m.role === "user";

function lastSaid(thread: ThreadView): string | undefined {
  const turn = thread.turns.at(-1);
  const message = turn?.run.messages.findLast(isSaid);
  return message?.role === "user" ? previewOf(message.text) : previewOf(turn?.input) || undefined;
}
