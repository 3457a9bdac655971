import { draw } from "./draw.tsx";
import type { References } from "./references.ts";

// The address of the page says which conversation is shown, so these are no links to places in it.
const go = (id: string) => document.getElementById(id)?.focus();

export function FootnoteCall({ id, number }: { id: string; number: number }) {
  return <sup><button type="button" className="note-call" id={`${id}call${number}`} aria-label={`Note ${number}`} onClick={() => go(`${id}note${number}`)}>{number}</button></sup>;
}

export function Footnotes({ references }: { references: References }) {
  return (
    <section className="notes" aria-label="Notes">
      <ol>
        {[...references.notes.values()].map(({ number, note, source }) => (
          <li key={number} id={`${references.id}note${number}`} tabIndex={-1}>
            {note.children.map((child, i) => draw(child, { source, references, open: false }, 1, i))}
            <button type="button" className="note-call" aria-label={`Back to where note ${number} is called`} onClick={() => go(`${references.id}call${number}`)}>↩</button>
          </li>
        ))}
      </ol>
    </section>
  );
}
