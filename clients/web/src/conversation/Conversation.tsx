import { useCallback, useMemo, useRef, useState, type ReactNode } from "react";
import { AssistantRuntimeProvider, ThreadPrimitive, useExternalStoreRuntime, type AppendMessage, type AssistantRuntime } from "@assistant-ui/react";
import { emptyThread, newCommandId, newestRun, previewOf, ProblemError, type AgentView, type Posted, type ThreadView, type WhenBusy } from "@orleans-agents/client";
import type { UseThread } from "@orleans-agents/client/react";
import { isActive } from "../app/words.ts";
import { Composer } from "./Composer.tsx";
import { ThreadCommands } from "./context.ts";
import { convert, itemsOf } from "./convert.ts";
import { Messages } from "./Messages.tsx";
import { RunState } from "./RunState.tsx";

interface Props {
  thread: ThreadView;
  commands?: UseThread;
  agents: AgentView[];
  send: (input: string, options: { agent?: string; whenBusy?: WhenBusy; key: string }) => Promise<Posted>;
  empty: ReactNode;
}

/** The messages, what the run does, and the composer. The same for a thread that does not exist yet. */
export function Conversation({ thread, commands, agents, send, empty }: Props) {
  const [whenBusy, setWhenBusy] = useState<WhenBusy>("steer");
  const [agent, setAgent] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const unsent = useRef<{ input: string; key: string }>(undefined);
  const runtime = useRef<AssistantRuntime>(undefined);
  const run = newestRun(thread);
  const active = isActive(run);
  const chosen = agent ?? agents.find((a) => a.name === "docs")?.name ?? agents[0]?.name;

  const onNew = useCallback(async (message: AppendMessage) => {
    const input = message.content.map((p) => (p.type === "text" ? p.text : "")).join("");
    // Sent again after a failure, the same text keeps its key: it may have arrived.
    const key = unsent.current?.input === input ? unsent.current.key : newCommandId();
    setFailure(undefined);
    try {
      await send(input, { key, ...(active ? { whenBusy } : {}), ...(thread.turns.length === 0 && chosen ? { agent: chosen } : {}) });
      unsent.current = undefined;
    } catch (error) {
      unsent.current = { input, key };
      setFailure(error instanceof ProblemError ? error.message : "the service cannot be reached.");
      const composer = runtime.current?.thread.composer;
      if (composer && composer.getState().text === "") composer.setText(input);
    }
  }, [send, active, whenBusy, thread.turns.length, chosen]);

  const messages = useMemo(() => itemsOf(thread), [thread]);
  const assistant = useExternalStoreRuntime({ messages, convertMessage: convert, onNew, isRunning: false });
  runtime.current = assistant;
  const writing = run?.messages.some((m) => m.role === "assistant" && m.open) ?? false;

  return (
    <ThreadCommands.Provider value={commands}>
      <AssistantRuntimeProvider runtime={assistant}>
        <ThreadPrimitive.Root className="conversation">
          <ThreadPrimitive.Viewport className="viewport" tabIndex={-1}>
            {messages.length === 0 ? empty : (
              <div className="messages" role="log" aria-label="Conversation" aria-live="polite" aria-busy={writing}>
                <Messages />
                {run && <RunState run={run} />}
              </div>
            )}
            <ThreadPrimitive.ScrollToBottom className="to-bottom" aria-label="To the newest message">↓</ThreadPrimitive.ScrollToBottom>
          </ThreadPrimitive.Viewport>
          <footer className="foot">
            {thread.queued.length > 0 && (
              <ul className="queued" aria-label="Messages not yet delivered">
                {thread.queued.map((m) => (
                  <li key={m.messageId}><span className="label">{m.delivery === "queue" ? "Next" : "Steering"}</span> {previewOf(m.input)}</li>
                ))}
              </ul>
            )}
            <Composer {...{ active, whenBusy, setWhenBusy, agents, agent: chosen, failure }} setAgent={thread.turns.length === 0 ? setAgent : undefined} />
          </footer>
        </ThreadPrimitive.Root>
      </AssistantRuntimeProvider>
    </ThreadCommands.Provider>
  );
}

export const nothing = (threadId: string) => emptyThread(threadId);
