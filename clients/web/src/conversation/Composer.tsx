import { ComposerPrimitive, useAuiState } from "@assistant-ui/react";
import { useReason } from "../session/session.ts";
import type { AgentView, WhenBusy } from "@orleans-agents/client";

interface Props {
  /** A run is under way: what is written steers it, or waits behind it. */
  active: boolean;
  whenBusy: WhenBusy;
  setWhenBusy: (whenBusy: WhenBusy) => void;
  agents: AgentView[];
  agent?: string;
  setAgent?: (agent: string) => void;
  failure?: string;
}

export function Composer({ active, whenBusy, setWhenBusy, agents, agent, setAgent, failure }: Props) {
  const empty = useAuiState((s) => s.composer.text.trim() === "");
  const refused = useReason("start", "Writing");
  return (
    <div className="composer">
      {refused && <p className="note">{refused}</p>}
      {failure && <p className="failure" role="alert">Not sent: {failure}</p>}
      <ComposerPrimitive.Root className="composer-box">
        <ComposerPrimitive.Input
          autoFocus
          rows={1}
          disabled={refused !== undefined}
          maxRows={12}
          cancelOnEscape={false}
          addAttachmentOnPaste={false}
          aria-label={active ? "Message to the run at work" : "Message"}
          placeholder={active ? (whenBusy === "queue" ? "Ask what comes next" : "Steer the run") : "Ask something"}
        />
        <div className="composer-row">
          {active ? (
            <fieldset className="segmented">
              <legend className="unseen">When to deliver it</legend>
              {(["steer", "queue"] as const).map((w) => (
                <label key={w}>
                  <input type="radio" name="when-busy" checked={whenBusy === w} onChange={() => setWhenBusy(w)} />
                  <span>{w === "steer" ? "Steer now" : "After this answer"}</span>
                </label>
              ))}
            </fieldset>
          ) : setAgent && agents.length > 1 ? (
            <label className="agent">
              <span className="unseen">Agent</span>
              <select value={agent} onChange={(e) => setAgent(e.target.value)}>
                {agents.map((a) => <option key={a.name} value={a.name}>{a.name}</option>)}
              </select>
            </label>
          ) : (
            <span className="keys" aria-hidden="true">Enter sends, Shift+Enter breaks the line</span>
          )}
          <button type="submit" className="send primary" disabled={empty || refused !== undefined} aria-label="Send">
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M8 13V3M3.5 7.5 8 3l4.5 4.5" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" /></svg>
          </button>
        </div>
      </ComposerPrimitive.Root>
    </div>
  );
}
