import { useLayoutEffect, useRef, type KeyboardEvent } from "react";
import type { AgentView } from "@orleans-agents/client";
import { useReason } from "../session/session.ts";
import { Deliver, type Delivery } from "./Deliver.tsx";
import { isTaken } from "../app/hooks.ts";

interface Props {
  text: string;
  setText: (text: string) => void;
  onSend: (text: string) => void;
  /** A run is under way: what is written steers it, cuts it, or waits behind it. */
  active: boolean;
  delivery: Delivery;
  setDelivery: (delivery: Delivery) => void;
  agents: AgentView[];
  agent?: string;
  setAgent?: (agent: string) => void;
  /** What the person said last; the upward key brings it back. */
  last?: string;
}

const placeholders: Record<Delivery, string> = { steer: "Steer the run", interrupt: "Interrupt the answer and say", queue: "Ask what comes next" };

/** Where a person writes. Enter sends, Shift+Enter breaks the line, and what an input method does with them is its own. */
export function Composer({ text, setText, onSend, active, delivery, setDelivery, agents, agent, setAgent, last }: Props) {
  const mayNotWrite = useReason("start", "Writing");
  const mayNotInterrupt = useReason("steer", "Interrupting");
  const refused = active && delivery === "interrupt" ? mayNotInterrupt : mayNotWrite;
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const { style } = area.current!;
    style.height = "auto";
    style.height = `${area.current!.scrollHeight}px`;
  }, [text]);
  const empty = text.trim() === "";
  const send = () => {
    if (!empty && refused === undefined) onSend(text);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (isTaken(e.nativeEvent)) return;
    if (e.key === "Enter" && !e.shiftKey) {
      e.preventDefault();
      send();
    } else if (e.key === "ArrowUp" && text === "" && last) {
      e.preventDefault();
      setText(last);
    }
  };
  return (
    <form className="composer" onSubmit={(e) => { e.preventDefault(); send(); }}>
      {refused && <p className="note">{refused}</p>}
      <div className="composer-box">
        <textarea
          ref={area}
          autoFocus
          rows={1}
          value={text}
          disabled={mayNotWrite !== undefined && (!active || mayNotInterrupt !== undefined)}
          aria-label={active ? "Message to the run at work" : "Message"}
          placeholder={active ? placeholders[delivery] : "Ask something"}
          onChange={(e) => setText(e.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className="composer-row">
          {active ? <Deliver delivery={delivery} setDelivery={setDelivery} />
            : setAgent && agents.length > 1 ? (
              <label className="agent">
                <span className="unseen">Agent</span>
                <select value={agent} onChange={(e) => setAgent(e.target.value)}>
                  {agents.map((a) => <option key={a.name} value={a.name}>{a.name}</option>)}
                </select>
              </label>
            ) : <span className="keys" aria-hidden="true">Enter sends, Shift+Enter breaks the line</span>}
          <button type="submit" className="send primary" disabled={empty || refused !== undefined} aria-label="Send">
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M8 13V3M3.5 7.5 8 3l4.5 4.5" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" /></svg>
          </button>
        </div>
      </div>
    </form>
  );
}
