import { useEffect, useState } from "react";
import { outbox } from "./outbox/useOutbox.ts";
import type { Sending } from "./outbox/Outbox.ts";

/** What is on its way, below what the conversation has. */
export function Sendings({ messages, edit }: { messages: Sending[]; edit: (text: string) => void }) {
  return messages.map((m) => <Bubble key={m.key} message={m} edit={edit} />);
}

function Bubble({ message: { key, input, state, failure }, edit }: { message: Sending; edit: (text: string) => void }) {
  const slow = useLater(1000) || state === "away";
  const take = (text?: string) => {
    outbox.cancel(key);
    if (text !== undefined) edit(text);
  };
  return (
    <article className={`message user sending ${state}`} aria-label="You, not delivered yet">
      <div className="bubble"><p>{input}</p></div>
      {state === "refused" ? (
        <p className="note" role="alert">
          <span className="failure">Not sent: {failure}</span>
          <button type="button" className="link" onClick={() => take(input)}>Edit</button>
          <button type="button" className="link" onClick={() => take()}>Remove</button>
        </p>
      ) : slow && state !== "sent" && (
        <p className="note">
          <span role="status">{state === "away" ? "Sending… The service cannot be reached; it is sent once it can." : "Sending…"}</span>
          <button type="button" className="link" onClick={() => take(input)}>Cancel</button>
        </p>
      )}
    </article>
  );
}

function useLater(ms: number): boolean {
  const [later, setLater] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLater(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return later;
}
