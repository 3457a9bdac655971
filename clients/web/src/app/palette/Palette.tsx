import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { ThreadSummary } from "@orleans-agents/client";
import { useThreadSearch } from "@orleans-agents/client/react";
import { client } from "../client.ts";
import { wordsOf, isTaken } from "../hooks.ts";
import { choicesOf, type Choice, type Command } from "./choices.ts";
import { Option } from "./Option.tsx";

interface Props {
  commands: Command[];
  recent: ThreadSummary[];
  onOpen: (threadId: string, turn?: number) => void;
  onClose: () => void;
}

/** Finds conversations by their titles and texts, and commands by their names. The focus goes back to where it was. */
export default function Palette({ commands, recent, onOpen, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const { hits, hasMore, searching, failure } = useThreadSearch(client, text);
  const choices = useMemo(() => choicesOf(text, commands, recent, hits), [text, commands, recent, hits]);
  const chosen = Math.min(at, choices.length - 1);
  // Closed while it is still part of the page: one that is not gives no focus back.
  useLayoutEffect(() => {
    const it = dialog.current!;
    it.showModal();
    return () => it.close();
  }, []);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  const choose = (choice: Choice) => {
    onClose();
    if ("command" in choice) choice.command.run();
    else onOpen(choice.thread.id, choice.thread.match?.turn ?? undefined);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (isTaken(e.nativeEvent)) return;
    e.stopPropagation();
    const to = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, PageDown: Math.min(chosen + 8, choices.length - 1), PageUp: Math.max(chosen - 8, 0) }[e.key];
    if (e.key === "Escape") onClose();
    // While it is searched, what was found belongs to an older text.
    else if (e.key === "Enter") choices[chosen] && !(searching && "thread" in choices[chosen]) && choose(choices[chosen]);
    else if (to !== undefined) setAt((to + choices.length) % Math.max(1, choices.length));
    else return;
    e.preventDefault();
  };
  const found = hits.length === 1 ? "1 conversation" : `${hasMore ? "The best " : ""}${hits.length} conversations`;
  const status = failure !== undefined ? wordsOf(failure) : searching || text.trim() === "" ? "" : choices.length === 0 ? "Nothing was found." : found;

  return (
    <dialog ref={dialog} className="palette" aria-label="Search and commands" onCancel={(e) => { e.preventDefault(); onClose(); }} onClick={(e) => e.target === dialog.current && onClose()} onKeyDown={onKeyDown}>
      <input
        autoFocus
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={choices[chosen] ? `${id}-${chosen}` : undefined}
        aria-autocomplete="list"
        aria-label="Search conversations and commands"
        placeholder="Search conversations and commands"
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        value={text}
        onChange={(e) => {
          setText(e.target.value);
          setAt(0);
        }}
      />
      <div className="palette-list" ref={list} role="listbox" id={id} aria-label="Results" aria-busy={searching}>
        {groupsOf(choices).map(({ name, from, items }) => (
          <div key={name} role="group" aria-label={name}>
            <h2 aria-hidden="true">{name}</h2>
            {items.map((choice, n) => (
              <Option key={choice.key} id={`${id}-${from + n}`} choice={choice} selected={from + n === chosen} onReach={() => setAt(from + n)} onChoose={() => choose(choice)} />
            ))}
          </div>
        ))}
      </div>
      <p className={failure !== undefined ? "palette-status failure" : "palette-status"} role="status">{status}</p>
    </dialog>
  );
}

function groupsOf(choices: Choice[]): { name: string; from: number; items: Choice[] }[] {
  const names = [...new Set(choices.map((c) => c.group))];
  return names.map((name) => ({ name, from: choices.findIndex((c) => c.group === name), items: choices.filter((c) => c.group === name) }));
}
