import type { Definition, FootnoteDefinition } from "mdast";
import type { Block } from "./blocks.ts";

/** What blocks of one document mean in others. */
export interface References {
  /** Precedes the names of this document's footnotes in the page. */
  id: string;
  links: Map<string, Definition>;
  /** Footnotes that are called, in the order of their first calls. */
  notes: Map<string, { number: number; note: FootnoteDefinition; source: string }>;
  key: string;
}

export const noReferences: References = { id: "", links: new Map(), notes: new Map(), key: "" };

/** The last ones, unless something about them changed. */
export function referencesOf(blocks: Block[], id: string, last: References): References {
  const links = new Map<string, Definition>();
  const known = new Map<string, { note: FootnoteDefinition; source: string }>();
  const called = new Set<string>();
  for (const { facts, source } of blocks) {
    for (const link of facts.links) if (!links.has(link.identifier)) links.set(link.identifier, link);
    for (const note of facts.notes) if (!known.has(note.identifier)) known.set(note.identifier, { note, source });
    for (const call of facts.calls) called.add(call);
  }
  if (links.size === 0 && known.size === 0) return noReferences;
  const notes: References["notes"] = new Map();
  for (const call of called) {
    const found = known.get(call);
    if (found) notes.set(call, { ...found, number: notes.size + 1 });
  }
  const key = JSON.stringify([[...links].map(([name, { url, title }]) => [name, url, title]), [...notes].map(([name, { source, note }]) => [name, textOf(source, note)])]);
  return key === last.key ? last : { id, links, notes, key };
}

export const textOf = (source: string, { position }: { position?: { start: { offset?: number }; end: { offset?: number } } }) =>
  position ? source.slice(position.start.offset, position.end.offset) : "";
