import { useEffect, useState, type ReactNode } from "react";
import { emptyThread, newThreadId, type AgentView } from "@orleans-agents/client";
import { open } from "../app/route.ts";
import { Conversation } from "./Conversation.tsx";
import { send, useOutbox } from "./outbox/useOutbox.ts";

interface Props {
  agents: AgentView[];
  bar: (title: string, controls: ReactNode) => ReactNode;
}

/** A conversation that begins with its first message, and has its address from then on, whether the message has arrived or not. */
export function NewThread({ agents, bar }: Props) {
  const [thread] = useState(() => emptyThread(newThreadId()));
  useEffect(() => {
    document.title = "OrleansAgents";
  }, []);
  // Until the message has arrived there is nothing at the address; while it cannot arrive, a reload finds it there.
  const begun = useOutbox(thread).some((m) => m.state === "sent" || m.state === "away");
  useEffect(() => {
    if (begun) open(thread.id);
  }, [begun, thread.id]);
  const described = agents.find((a) => a.name === "docs") ?? agents[0];
  return (
    <>
      {bar("", null)}
      <Conversation
        thread={thread}
        facts={thread}
        agents={agents}
        send={send}
        empty={
          <div className="hello">
            <h2>What would you like to know?</h2>
            {described && <p>{described.description}</p>}
            <p className="note">A run outlives this page: close it, reload it, restart the service. It goes on.</p>
          </div>
        }
      />
    </>
  );
}
