import { useCallback, useEffect, useState, type ReactNode } from "react";
import { emptyThread, newThreadId, type AgentView } from "@orleans-agents/client";
import { client } from "../app/client.ts";
import { open } from "../app/route.ts";
import { Conversation } from "./Conversation.tsx";

/** A conversation that begins with its first message. */
export function NewThread({ agents, bar, onPosted }: { agents: AgentView[]; bar: (title: string, controls: ReactNode) => ReactNode; onPosted: () => void }) {
  const [thread] = useState(() => emptyThread(newThreadId()));
  useEffect(() => {
    document.title = "OrleansAgents";
  }, []);
  const send = useCallback(async (input: string, { key, ...message }: { agent?: string; key: string }) => {
    const posted = await client.postMessage(thread.id, { input, ...message }, { key });
    onPosted();
    open(posted.threadId);
    return posted;
  }, [thread.id, onPosted]);
  const described = agents.find((a) => a.name === "docs") ?? agents[0];
  return (
    <>
      {bar("", null)}
      <Conversation
        thread={thread}
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
