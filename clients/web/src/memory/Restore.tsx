import { useState } from "react";
import { client } from "../app/client.ts";
import { Confirm } from "../app/Confirm.tsx";
import { useCommand } from "../app/hooks.ts";
import { useReason } from "../session/session.ts";
import { nameOf } from "./words.ts";

/** Makes the memory what it was at a version, after a question. */
export function Restore({ threadId, version, onRestored }: { threadId: string; version: number; onRestored: () => void }) {
  const [asking, setAsking] = useState(false);
  const { busy, failure, run, clear } = useCommand();
  const refused = useReason("start", "Restoring");
  const close = () => {
    setAsking(false);
    clear();
  };
  const restore = async () => {
    if (!(await run(() => client.restoreMemory(threadId, version)))) return;
    close();
    onRestored();
  };
  return (
    <>
      <button type="button" disabled={refused !== undefined} onClick={() => setAsking(true)}>Restore {nameOf(version)}</button>
      {refused && <p className="note">{refused}</p>}
      {asking && (
        <Confirm title={`Restore ${nameOf(version)}?`} action="Restore" busy={busy} failure={failure} onConfirm={() => void restore()} onCancel={close}>
          <p>From the next turn on, older turns are told as they were {version === 0 ? "before the first summary" : `at version ${version}`}; what is not summarised there is not summarised again. This makes a new version: nothing is lost, and the present one can be restored too.</p>
        </Confirm>
      )}
    </>
  );
}
