import type { ThreadSummary } from "@orleans-agents/client";
import { ago, titleOf } from "../words.ts";
import type { Choice } from "./choices.ts";
import { Marked } from "./Marked.tsx";

interface Props {
  id: string;
  choice: Choice;
  selected: boolean;
  onReach: () => void;
  onChoose: () => void;
}

/** One line to choose. The keys belong to the text box; the pointer chooses too. */
export function Option({ id, choice, selected, onReach, onChoose }: Props) {
  return (
    <div id={id} role="option" aria-selected={selected} className="option" onPointerMove={() => selected || onReach()} onClick={onChoose}>
      {"command" in choice ? <span className="title">{choice.command.name}</span> : <Hit thread={choice.thread} />}
    </div>
  );
}

function Hit({ thread }: { thread: ThreadSummary }) {
  const { match, archived, updatedAt } = thread;
  const inText = match?.turn != null;
  return (
    <>
      <span className="title">{match && !inText ? <Marked match={match} /> : titleOf(thread, thread.run?.input)}</span>
      <span className="meta">{[archived && "Archived", inText && `Turn ${match.turn}`, ago(updatedAt, Date.now())].filter(Boolean).join(" · ")}</span>
      {match && inText && <span className="passage"><Marked match={match} /></span>}
    </>
  );
}
