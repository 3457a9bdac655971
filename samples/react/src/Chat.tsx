import { memo, useEffect, useState, type FormEvent } from "react";
import {
  activeRun, newCommandId, newThreadId, previewOf,
  type AgentsClient, type AwayReason, type Connection, type Message, type StopReason, type Turn,
} from "@orleans-agents/client";
import { useThread } from "@orleans-agents/client/react";

interface Props {
  client: AgentsClient;
  onSignedOut(): void;
}

export function Chat(props: Props) {
  const [threadId, setThreadId] = useState(() => location.hash.slice(1) || newThreadId());
  // The address names the conversation, so that a reload shows it again.
  useEffect(() => history.replaceState(null, "", `#${threadId}`), [threadId]);
  return (
    <>
      <header>
        <button onClick={() => setThreadId(newThreadId())}>New conversation</button>
      </header>
      <Conversation key={threadId} threadId={threadId} {...props} />
    </>
  );
}

/** A text that is sent again unchanged keeps its key, and stays one message. */
const draftOf = (text: string) => ({ text, key: newCommandId() });

function Conversation({ client, threadId, onSignedOut }: Props & { threadId: string }) {
  const { thread, connection, send, cancel, reconnect } = useThread(client, threadId);
  const [draft, setDraft] = useState(() => draftOf(""));
  const [sending, setSending] = useState(false);
  const [refused, setRefused] = useState("");
  const run = activeRun(thread);
  const refuse = (error: unknown) => setRefused(error instanceof Error ? error.message : String(error));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setRefused("");
    setSending(true);
    try {
      await send(draft.text, { key: draft.key });
      setDraft(draftOf(""));
    } catch (error) {
      refuse(error);
    } finally {
      setSending(false);
    }
  };

  return (
    <main>
      <div className="scroll">
        <div role="log">
          {thread.turns.map((turn) => <TurnView key={turn.runId} turn={turn} />)}
          {thread.queued.map(({ messageId, input }) => <p key={messageId} className="said waiting">{previewOf(input)}</p>)}
        </div>
      </div>
      <ConnectionLine connection={connection} onReconnect={reconnect} onSignedOut={onSignedOut} />
      {refused && <p role="alert">{refused}</p>}
      <form onSubmit={submit}>
        <input aria-label="Message" value={draft.text} onChange={(e) => setDraft(draftOf(e.target.value))} readOnly={sending} autoFocus />
        <button disabled={sending || !draft.text.trim()}>Send</button>
        {run && <button type="button" onClick={() => cancel(run.id).catch(refuse)}>Stop</button>}
      </form>
    </main>
  );
}

/** Drawn again only when something of the turn changed: an unchanged turn is the same object. */
const TurnView = memo(function TurnView({ turn: { input, run } }: { turn: Turn }) {
  return (
    <section>
      {run.messages.length === 0 && <p className="said">{previewOf(input)}</p>}
      {run.messages.map((message) => <MessageView key={message.key} message={message} />)}
      {(run.status === "waiting" || run.status === "paused") && <p className="note">{run.why}</p>}
      {run.status === "cancelled" && <p className="note">Stopped.</p>}
      {run.status === "failed" && <p className="note">It failed: {run.error?.message}</p>}
    </section>
  );
});

function MessageView({ message }: { message: Message }) {
  if (message.role === "user") return <p className="said">{previewOf(message.text)}</p>;
  return message.parts.map((part, n) =>
    part.kind === "tool" ? <p key={part.callId} className="note">{part.tool}: {part.phase}</p>
    : part.kind === "text" ? <p key={n} className="answer">{previewOf(part.text)}</p>
    : null);
}

const reasons: Record<AwayReason | StopReason, string> = {
  offline: "This device is offline.",
  unreachable: "The service cannot be reached.",
  unavailable: "The service cannot answer at the moment.",
  cut: "The connection was cut.",
  incomplete: "A part of this conversation cannot be read.",
  signed_out: "The service does not take the key any longer.",
  forbidden: "You may not read this conversation.",
  gone: "This conversation was deleted.",
  refused: "The service refuses to show this conversation.",
};

function ConnectionLine({ connection: { state, reason }, onReconnect, onSignedOut }: { connection: Connection; onReconnect(): void; onSignedOut(): void }) {
  if (state === "connecting") return <p role="status">Connecting…</p>;
  if (!reason) return null;
  return (
    <p role="status">
      {reasons[reason]} {state === "away" && "It is tried again by itself. "}
      {reason === "signed_out" ? <button onClick={onSignedOut}>Sign in again</button> : <button onClick={onReconnect}>Try now</button>}
    </p>
  );
}
