import { useEffect, useRef } from "react";
import type { RunView } from "@orleans-agents/client";
import { isActive } from "../app/words.ts";
import { useCommand } from "../app/hooks.ts";
import { useReason } from "../session/session.ts";
import { useCommands } from "./context.ts";

/** Pause, resume and stop, where they apply. */
export function Controls({ run }: { run: RunView }) {
  const { pause, resume, cancel } = useCommands();
  const command = useCommand();
  const refused = useReason("steer", "Pausing and stopping");
  if (!isActive(run)) return null;
  const paused = run.status === "paused";
  const busy = command.busy || run.fold.cancelling === true || refused !== undefined;
  return (
    <div className="controls" title={refused}>
      {refused && <span className="unseen">{refused}</span>}
      {paused ? (
        <button type="button" className="primary" disabled={busy} onClick={() => command.run(() => resume(run.id))}>Resume</button>
      ) : (
        <PauseMenu disabled={busy} pause={(mode) => void command.run(() => pause(run.id, mode))} />
      )}
      <button type="button" className="danger" disabled={busy} title="Stop (Escape)" onClick={() => command.run(() => cancel(run.id))}>Stop</button>
      {command.failure && <span className="failure" role="alert">{command.failure}</span>}
    </div>
  );
}

function PauseMenu({ disabled, pause }: { disabled: boolean; pause: (mode: "step" | "now") => void }) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (e: Event) => {
      if (menu.current?.open && (e.type === "keydown" ? (e as KeyboardEvent).key === "Escape" : !menu.current.contains(e.target as Node))) {
        menu.current.open = false;
      }
    };
    document.addEventListener("click", close);
    document.addEventListener("keydown", close);
    return () => {
      document.removeEventListener("click", close);
      document.removeEventListener("keydown", close);
    };
  }, []);
  const choose = (mode: "step" | "now") => {
    menu.current!.open = false;
    pause(mode);
  };
  return (
    <details className="menu" ref={menu}>
      <summary aria-disabled={disabled}>Pause</summary>
      <div className="menu-items">
        <button type="button" disabled={disabled} onClick={() => choose("step")}>
          After this step<small>What is under way is finished and kept</small>
        </button>
        <button type="button" disabled={disabled} onClick={() => choose("now")}>
          Now<small>What is under way is cut; the text so far is kept</small>
        </button>
      </div>
    </details>
  );
}
