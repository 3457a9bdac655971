import { useId, useState } from "react";
import type { RunFeedback, RunView } from "@orleans-agents/client";
import { useCommand } from "../app/hooks.ts";
import { useReason } from "../session/session.ts";
import { useCommands } from "./context.ts";

/** The longest note that the service takes. */
const longest = 2000;

/** Whether an answer was good, with a note for whoever reads that. The newest counts; pressed again it is taken back. */
export function Feedback({ run }: { run: RunView }) {
  const { giveFeedback } = useCommands();
  const command = useCommand();
  const refused = useReason("steer", "Feedback");
  const [asks, setAsks] = useState(false);
  // What was given here counts until the run tells of it: its event may be long in coming.
  const [own, setOwn] = useState<{ given?: RunFeedback; before?: RunFeedback }>();
  const given = own && own.before === run.feedback ? own.given : run.feedback;
  const give = async (value: "up" | "down" | "none", note?: string) => {
    const done = await command.run(() => giveFeedback(run.id, { value, ...(note ? { note } : {}) }));
    if (done) setOwn({ before: run.feedback, ...(value === "none" ? {} : { given: { value, by: "", ...(note ? { note } : {}) } }) });
    return done;
  };
  const press = async (value: "up" | "down") => {
    if (command.busy) return;
    const back = given?.value === value;
    setAsks((await give(back ? "none" : value)) && !back);
  };
  const thumb = (value: "up" | "down", label: string) => (
    <button type="button" className="quiet with-icon" aria-label={label} title={refused ?? label} aria-pressed={given?.value === value} disabled={refused !== undefined} onClick={() => press(value)}>
      <Thumb down={value === "down"} filled={given?.value === value} />
    </button>
  );
  return (
    <>
      {thumb("up", "Good answer")}
      {thumb("down", "Bad answer")}
      {given?.note && !asks && <button type="button" className="link note-given" onClick={() => setAsks(true)}>“{given.note}”</button>}
      {given && !given.note && !asks && !refused && <button type="button" className="link" onClick={() => setAsks(true)}>Add a note</button>}
      {command.failure && <span className="failure" role="alert">{command.failure}</span>}
      {asks && given && <Note value={given.value} note={given.note} busy={command.busy} save={async (note) => { if (await give(given.value, note)) setAsks(false); }} onClose={() => setAsks(false)} />}
    </>
  );
}

function Note({ value, note, busy, save, onClose }: { value: "up" | "down"; note?: string; busy: boolean; save: (note: string) => void; onClose: () => void }) {
  const [text, setText] = useState(note ?? "");
  const id = useId();
  return (
    <form
      className="feedback-note"
      onSubmit={(e) => { e.preventDefault(); save(text.trim()); }}
      onKeyDown={(e) => { if (e.key === "Escape") { e.preventDefault(); onClose(); } }}
    >
      <label htmlFor={id}>{value === "up" ? "What was good?" : "What was wrong?"} (optional)</label>
      <textarea id={id} autoFocus rows={2} maxLength={longest} value={text} onChange={(e) => setText(e.target.value)} />
      <div className="row">
        <button type="submit" className="primary" disabled={busy}>Save the note</button>
        <button type="button" onClick={onClose}>Not now</button>
      </div>
    </form>
  );
}

const Thumb = ({ down, filled }: { down: boolean; filled: boolean }) => (
  <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true" style={down ? { transform: "rotate(180deg)" } : undefined}>
    <path d="M5 7.2 7.6 2c1 0 1.7.7 1.7 1.7v2.5h3.2c.8 0 1.4.7 1.2 1.5l-1 5c-.1.6-.6 1.1-1.2 1.1H5m0-6.6H2.5v6.6H5m0-6.6v6.6" fill={filled ? "currentColor" : "none"} fillOpacity="0.25" stroke="currentColor" strokeWidth="1.3" strokeLinejoin="round" />
  </svg>
);
