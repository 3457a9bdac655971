import { useEffect, useMemo, useSyncExternalStore } from "react";
import { ProblemError, type ThreadView } from "@orleans-agents/client";
import { client } from "../../app/client.ts";
import { useSession } from "../../session/session.ts";
import type { Unsent } from "./kept.ts";
import { Outbox, type Sending } from "./Outbox.ts";

/** The longest pause between two tries. */
const longest = 4000;

const wait = (n: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(longest, 500 * 2 ** n));
    addEventListener("online", done);
    signal.addEventListener("abort", done, { once: true });
  });

/** An interruption for a run that has just ended is what the next one begins with. */
async function post({ key, threadId, runId, input, agent, delivery }: Unsent, signal: AbortSignal): Promise<number> {
  const options = { key, signal, tries: 1 };
  if (delivery === "interrupt" && runId !== undefined) {
    try {
      return (await client.messageRun(runId, { input, delivery }, options)).seq;
    } catch (error) {
      if (!(error instanceof ProblemError && error.code === "invalid_state")) throw error;
    }
  }
  const whenBusy = delivery === "queue" ? "queue" : "steer";
  return (await client.postMessage(threadId, { input, whenBusy, ...(agent === undefined ? {} : { agent }) }, options)).receipt.seq;
}

export const outbox = new Outbox({ post, wait });

export const send = (message: Omit<Unsent, "key">) => outbox.add(message);

/** So long a message that the service has taken is shown from here, should its event stay away. */
const grace = 5000;

/** The messages of a conversation that are on their way, until its events show them. */
export function useOutbox(thread: ThreadView): Sending[] {
  const session = useSession();
  const user = "me" in session ? `${session.me.tenant}/${session.me.user}` : undefined;
  useEffect(() => {
    if (user !== undefined) outbox.open(user);
  }, [user]);
  const all = useSyncExternalStore(outbox.subscribe, outbox.get);
  const own = useMemo(() => all.filter((m) => m.threadId === thread.id && !isSeen(m, thread)), [all, thread]);
  useEffect(() => {
    for (const message of all) if (message.threadId === thread.id && isSeen(message, thread)) outbox.remove(message.key);
  }, [all, thread]);
  const taken = own.filter((m) => m.state === "sent").map((m) => m.key).join();
  useEffect(() => {
    if (taken === "") return;
    const timer = setTimeout(() => taken.split(",").forEach((key) => outbox.remove(key)), grace);
    return () => clearTimeout(timer);
  }, [taken]);
  return own;
}

function isSeen({ state, seq = 0, runId, delivery }: Sending, thread: ThreadView): boolean {
  if (state !== "sent") return false;
  const run = delivery === "interrupt" ? thread.turns.find((t) => t.runId === runId)?.run : undefined;
  return (run?.head ?? thread.head) >= seq;
}
