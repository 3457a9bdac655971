import { useState, type KeyboardEvent } from "react";
import { isBodyRef, previewOf, ProblemError, type WaitingMessage } from "@orleans-agents/client";
import { useCommand, isTaken } from "../app/hooks.ts";
import { useReason } from "../session/session.ts";
import { useCommands } from "./context.ts";

/** What was said and no run has yet. */
export function Queued({ messages }: { messages: WaitingMessage[] }) {
  // A message may be taken while somebody changes it: what they hear of that outlives the message.
  const [taken, setTaken] = useState<string>();
  if (messages.length === 0 && taken === undefined) return null;
  return (
    <div className="queued">
      {taken && (
        <p className="note" role="alert">{taken} <button type="button" className="link" onClick={() => setTaken(undefined)}>Close</button></p>
      )}
      {messages.length > 0 && (
        <ul aria-label="Messages not yet delivered">
          {messages.map((m) => <Waiting key={m.messageId} message={m} onTaken={setTaken} />)}
        </ul>
      )}
    </div>
  );
}

function Waiting({ message: { messageId, input, delivery }, onTaken }: { message: WaitingMessage; onTaken: (words: string) => void }) {
  const { editQueued, removeQueued } = useCommands();
  const command = useCommand();
  const refused = useReason("start", "Changing it");
  const [text, setText] = useState<string>();
  const attempt = (change: () => Promise<unknown>) =>
    command.run(async () => {
      try {
        await change();
      } catch (error) {
        if (!(error instanceof ProblemError && error.code === "message_taken")) throw error;
        onTaken(`Too late: a run has already received “${previewOf(input).slice(0, 60)}”.${text === undefined ? "" : ` What you wrote: “${text}”`}`);
      }
    });
  const save = async () => {
    if (text?.trim() && (await attempt(() => editQueued(messageId, text)))) setText(undefined);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (isTaken(e.nativeEvent) || (e.key !== "Escape" && (e.key !== "Enter" || e.shiftKey))) return;
    e.preventDefault();
    if (e.key === "Escape") setText(undefined);
    else void save();
  };
  const busy = command.busy || refused !== undefined;
  return (
    <li>
      <span className="label">{delivery === "queue" ? "Next" : "Steering"}</span>
      {text === undefined ? (
        <>
          <span className="text">{previewOf(input)}</span>
          {/* Of a long text only the beginning is here. */}
          <button type="button" className="quiet" disabled={busy || isBodyRef(input)} title={refused} onClick={() => setText(previewOf(input))}>Edit</button>
          <button type="button" className="quiet" disabled={busy} title={refused} onClick={() => attempt(() => removeQueued(messageId))}>Remove</button>
        </>
      ) : (
        <>
          <textarea autoFocus rows={Math.min(6, text.split("\n").length)} aria-label="The message" value={text} onChange={(e) => setText(e.target.value)} onKeyDown={onKeyDown} />
          <button type="button" className="primary" disabled={busy || text.trim() === ""} onClick={save}>Save</button>
          <button type="button" className="quiet" onClick={() => setText(undefined)}>Cancel</button>
        </>
      )}
      {command.failure && <span className="failure" role="alert">{command.failure}</span>}
    </li>
  );
}
