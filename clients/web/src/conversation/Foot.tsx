import { memo, useContext, useState } from "react";
import { newestRun, previewOf, type AgentView, type Message, type ThreadView } from "@orleans-agents/client";
import { isActive } from "../app/words.ts";
import { useReason } from "../session/session.ts";
import { Composer } from "./Composer.tsx";
import { ThreadCommands } from "./context.ts";
import type { Delivery } from "./Deliver.tsx";
import type { Unsent } from "./outbox/kept.ts";
import { Queued } from "./Queued.tsx";
import { useEscape } from "./useEscape.ts";

interface Props {
  thread: ThreadView;
  agents: AgentView[];
  text: string;
  setText: (text: string) => void;
  send: (message: Omit<Unsent, "key">) => void;
}

/** What waits to be delivered, and where a person says more. */
export const Foot = memo(function Foot({ thread, agents, text, setText, send }: Props) {
  const commands = useContext(ThreadCommands);
  const [delivery, setDelivery] = useState<Delivery>("steer");
  const [agent, setAgent] = useState<string>();
  const run = newestRun(thread);
  const active = isActive(run);
  const mayStop = useReason("steer", "Stopping") === undefined;
  const chosen = agent ?? agents.find((a) => a.name === "docs")?.name ?? agents[0]?.name;
  const begins = thread.turns.length === 0;

  useEscape(active && mayStop && commands && !run!.fold.cancelling ? () => void commands.cancel(run!.id).catch(() => {}) : undefined);

  const onSend = (input: string) => {
    // To cut an answer is chosen for one message, not for all that follow.
    if (delivery === "interrupt") setDelivery("steer");
    send({ threadId: thread.id, input, ...(active ? { delivery, runId: run!.id } : {}), ...(begins && chosen ? { agent: chosen } : {}) });
  };

  return (
    <>
      <Queued messages={thread.queued} />
      <Composer {...{ text, setText, onSend, active, delivery, setDelivery, agents, agent: chosen, last: lastSaid(thread) }} setAgent={begins ? setAgent : undefined} />
    </>
  );
});

const isSaid = (m: Message) => m.role === "user";

function lastSaid(thread: ThreadView): string | undefined {
  const turn = thread.turns.at(-1);
  const message = turn?.run.messages.findLast(isSaid);
  return message?.role === "user" ? previewOf(message.text) : previewOf(turn?.input) || undefined;
}
